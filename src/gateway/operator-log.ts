import fs from 'node:fs'

export type LogFormat = 'text' | 'json'

/** A message to the operator. */
export interface OperatorEvent {
  /** A fixed name for the kind of event: `key_refused`, `drops`. */
  readonly event: string
  readonly level: 'info' | 'warn'
  /** One sentence without secrets. */
  readonly message: string
  /** The numbers in the sentence. */
  readonly figures?: Readonly<Record<string, number | string>>
}

export type Say = (event: OperatorEvent) => void

/**
 * Writes each event as one line on stderr: a sentence, or a JSON object with `time`, `level`, `event` and `message`.
 */
export function stderrLog(format: LogFormat): Say {
  return (event) => {
    try {
      fs.writeSync(2, `${format === 'json' ? jsonLine(event) : `lognitor: ${event.message}`}\n`)
    } catch {
      // Nobody reads stderr any more.
    }
  }
}

function jsonLine({ event, level, message, figures }: OperatorEvent): string {
  return JSON.stringify({
    time: new Date().toISOString(),
    level,
    event,
    message,
    pid: process.pid,
    ...figures,
  })
}
