import { diag } from '@opentelemetry/api'
import { builtin } from '../common/builtin.js'
import { hookDiagLogger } from './diag-logger.js'
import { whileSelfLogging } from './self-log-guard.js'

const fs = builtin('node:fs')

/** Reports what this package does: to OpenTelemetry's diag logger, and with `debug: true` to stderr. */
export interface SelfLog {
  (message: string): void
  /** For states that should not occur. */
  warn(message: string): void
}

/**
 * @param isDebug read for each line: true writes the line to stderr as well; never to stdout, and never through console
 */
export function createSelfLog(isDebug: () => boolean): SelfLog {
  const say = (level: 'debug' | 'warn', message: string) => {
    try {
      hookDiagLogger()
      whileSelfLogging(() => {
        diag[level](`lognitor: ${message}`)
        // Synchronous, and not through process.stderr: if nobody reads that stream any more, its error would end the
        // process later.
        if (isDebug()) fs.writeSync(2, `lognitor: ${message}\n`)
      })
    } catch {
      // The diag logger is the application's; its exceptions end here.
    }
  }
  return Object.assign((message: string) => say('debug', message), {
    warn: (message: string) => say('warn', message),
  })
}
