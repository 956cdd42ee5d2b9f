import type { WarningCode } from '../../config/errors.js'
import type { Finding, FindingCode } from './findings.js'

/** A coded warning of this package that a program has emitted. */
export interface GivenWarning {
  readonly code: string
  readonly message: string
}

interface Meaning {
  readonly code: FindingCode
  readonly costs: string
}

/** What a warning means as a finding. The warning's message says how to fix it. */
const MEANINGS: Partial<Record<WarningCode, Meaning>> = {
  LOGNITOR_NO_API_KEY: { code: 'NO_KEY', costs: 'Nothing is sent.' },
  LOGNITOR_BAD_ENVIRONMENT: { code: 'ENVIRONMENT_WRONG', costs: 'The variable has no effect.' },
  LOGNITOR_KEY_REFUSED: { code: 'KEY_REFUSED', costs: 'Nothing arrives; logs wait in the queue.' },
  LOGNITOR_WRONG_ADDRESS: { code: 'ADDRESS_WRONG', costs: 'Nothing arrives; logs wait in the queue.' },
  LOGNITOR_UNREACHABLE: {
    code: 'ADDRESS_UNREACHABLE',
    costs: 'Nothing arrives; logs wait in the queue.',
  },
  LOGNITOR_PROXY_UNUSABLE: {
    code: 'PROXY_UNUSABLE',
    costs: 'Logs go to the service without a proxy, which a firewall may block.',
  },
  LOGNITOR_LOST_AT_END: { code: 'LOST_AT_END', costs: 'These logs will never arrive.' },
  LOGNITOR_NO_EXIT_DELIVERY: {
    code: 'NO_EXIT_DELIVERY',
    costs: 'Undelivered logs are lost at process.exit.',
  },
  LOGNITOR_CONSOLE_ONLY: { code: 'CONSOLE_ONLY', costs: 'None of its logs arrives.' },
  LOGNITOR_TWO_HTTP_INSTRUMENTATIONS: {
    code: 'TWO_HTTP_INSTRUMENTATIONS',
    costs: 'Spans of requests are missing or doubled.',
  },
  LOGNITOR_TWO_VERSIONS: {
    code: 'TWO_LOGNITOR_COPIES',
    costs: 'Each has a client, a queue and request scopes of its own.',
  },
  LOGNITOR_SPOOL_UNAVAILABLE: {
    code: 'SPOOL_UNAVAILABLE',
    costs: 'Undelivered logs are lost when the process is killed.',
  },
  LOGNITOR_MISSING_PEER: {
    code: 'INSTRUMENTATION_MISSING',
    costs: 'What is named here does not arrive. The rest is not affected.',
  },
  LOGNITOR_UNSUPPORTED_VERSION: {
    code: 'VERSION_UNSUPPORTED',
    costs: 'Its logs, spans, routes or errors do not arrive.',
  },
  LOGNITOR_NOT_STARTED: {
    code: 'SDK_NOT_STARTED',
    costs: 'Logs of bridged loggers and errors of spans do not arrive.',
  },
  LOGNITOR_EXPORT_STOPPED: { code: 'EXPORT_STOPPED', costs: 'The Collector gets nothing any more.' },
  LOGNITOR_TWO_SDKS: {
    code: 'TWO_SDKS',
    costs: 'Errors of spans that the other one samples out are not seen.',
  },
  LOGNITOR_LOADED_TOO_LATE: { code: 'LOADED_TOO_LATE', costs: 'Its logs, spans and errors do not arrive.' },
}

/** The findings for a program's warnings. */
export function findingsOf(warnings: readonly GivenWarning[]): Finding[] {
  return warnings.flatMap(({ code, message }) => {
    const meaning = MEANINGS[code as WarningCode]
    if (meaning === undefined) return []
    // The first sentence says what is wrong, the others how to fix it.
    const end = /\. (?=[A-Z])/.exec(withoutAsides(message))
    const wrong = end ? message.slice(0, end.index + 1) : message
    const mend = end
      ? withoutDoctor(message.slice(end.index + 2))
      : 'See its section in docs/troubleshooting.md.'
    return [{ ...meaning, wrong, mend }]
  })
}

/** The advice without its part that is to run the doctor. */
function withoutDoctor(advice: string): string {
  return advice.replace(/; [^;.]*npx lognitor doctor[^;.]*/, '')
}

/** The text with as many underscores in place of what stands in parentheses: texts of other errors have sentences of their own. */
function withoutAsides(message: string): string {
  return message.replace(/\((?:[^()]|\([^()]*\))*\)/g, (aside) => `(${'_'.repeat(aside.length - 2)})`)
}

/** Collects the warnings of this process. The returned function stops that and gives the findings. */
export function hearWarnings(): () => Promise<Finding[]> {
  const heard: GivenWarning[] = []
  const hear = (warning: Error & { code?: unknown }) => {
    heard.push({ code: String(warning.code), message: warning.message })
  }
  process.on('warning', hear)
  return async () => {
    // Node emits warnings on the next tick.
    await new Promise(setImmediate)
    process.off('warning', hear)
    return findingsOf(heard)
  }
}
