import fs from 'node:fs'

export type LogFormat = 'text' | 'json'

/** Something that whoever runs the gateway has to know. */
export interface OperatorEvent {
  /** The same word for the same thing: `key_refused`, `drops`. */
  readonly event: string
  readonly level: 'info' | 'warn'
  /** In one sentence, without a secret. */
  readonly message: string
  /** What the sentence says in figures. */
  readonly figures?: Readonly<Record<string, number | string>>
}

export type Say = (event: OperatorEvent) => void

/** One line on stderr for each event: a sentence, or an object of JSON with `time`, `level`, `event` and `message`. */
export function stderrLog(format: LogFormat): Say {
  return (event) => {
    try {
      fs.writeSync(2, `${format === 'json' ? jsonLine(event) : `lognitor: ${event.message}`}\n`)
    } catch {
      // Nobody reads it any more.
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
