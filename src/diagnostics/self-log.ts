import fs from 'node:fs'
import { diag } from '@opentelemetry/api'
import { meetDiagLogger } from './diag-logger.js'
import { whileSelfLogging } from './self-log-guard.js'

/** Says what we do to whoever listens: OpenTelemetry's diag logger, and stderr with `debug: true`. */
export interface SelfLog {
  (message: string): void
  /** For what should not happen. */
  warn(message: string): void
}

/** @param isDebug asked for each line: also on stderr, one line each; never on stdout, and never through console */
export function createSelfLog(isDebug: () => boolean): SelfLog {
  const say = (level: 'debug' | 'warn', message: string) => {
    try {
      meetDiagLogger()
      whileSelfLogging(() => {
        diag[level](`lognitor: ${message}`)
        // At once, and not by process.stderr: where nobody reads it any more, that ends the process later on.
        if (isDebug()) fs.writeSync(2, `lognitor: ${message}\n`)
      })
    } catch {
      // The diag logger is the application's; what it throws is not ours to pass on.
    }
  }
  return Object.assign((message: string) => say('debug', message), {
    warn: (message: string) => say('warn', message),
  })
}
