import type { Clock } from '../../common/clock.js'
import { DropLedger } from '../../diagnostics/drop-ledger.js'
import { createPolicy, type PolicySettings } from '../../policy/policy.js'
import type { Log } from '../../wire/log.js'
import type { OtlpLogRecord } from '../decode/shapes.js'
import { createResources } from '../resources.js'
import type { RecordJson } from '../template/learn-template.js'
import { completeWithId } from './forwarded-export.js'
import { logOf } from './log-of-record.js'

export interface RecordJsonParts {
  readonly settings: PolicySettings
  readonly clock: Clock
  readonly allResourceAttributes: boolean
  readonly completeLog: (log: Log) => void
}

/**
 * Gives what {@link forwardLogs} would send for a record, without counting it anywhere. Undefined when hooks or
 * redaction have to see each log: then no two logs are alike.
 */
export function recordJsonOf({
  settings,
  clock,
  allResourceAttributes,
  completeLog,
}: RecordJsonParts): RecordJson | undefined {
  if (settings.beforeSend !== undefined || settings.redact.length > 0) return undefined
  const resourceFields = createResources(allResourceAttributes)
  let sent: string | undefined
  const policy = createPolicy({
    settings,
    clock,
    ledger: new DropLedger(() => {}),
    out: (json) => {
      sent = json
    },
  })
  return (record: OtlpLogRecord, logId: string) => {
    const { log, ownRequestId } = logOf(record, resourceFields(record.resource), () => 0)
    // Errors are grouped, and repetitions are held back.
    if (log.error !== undefined || log.fingerprint !== undefined) return undefined
    completeWithId(log, completeLog, logId)
    sent = undefined
    policy.admit(log, { ownRequestId })
    return sent
  }
}
