import { printable } from '../terminal-text.js'
import type { Finding } from './findings.js'

/** How a program has ended by itself. */
export interface ProgramEnd {
  /** The command line. */
  readonly command: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** How long the program ran. */
  readonly ms: number
  /** The end of what the program wrote to stderr. */
  readonly stderr: string
}

/** The finding for a program that has ended with an error. */
export function findingOfEnd({ command, code, signal, ms, stderr }: ProgramEnd): Finding[] {
  if (code === 0) return []
  const how = signal === null ? `with code ${code}` : `by ${signal}`
  const words = lastWords(stderr)
  return [
    {
      code: 'PROGRAM_FAILED',
      wrong: `${command} ended ${how} after ${(ms / 1000).toFixed(1)} seconds${words === '' ? '.' : `: ${words}`}`,
      costs: 'The doctor saw only what the program did until then.',
      mend: "Correct the program's own error first. Other findings may be its consequences.",
    },
  ]
}

const MOST_CHARACTERS = 500
const ERROR = /^(Uncaught )?\w*(Error|Exception)\b/
/** Lines that say nothing about the cause: stack frames, Node's version, brackets, and warnings. */
const ASIDE = /^\s+at |^Node\.js v\d|^\W*$|^\(node:\d+\) |^\(Use `node --trace-/

/** The last line with an error, or the last lines that are there. */
function lastWords(stderr: string): string {
  const lines = stderr.split(/\r?\n/).filter((line) => !ASIDE.test(line))
  const error = lines.findLast((line) => ERROR.test(line))
  const words = error ?? lines.slice(-2).join('\n')
  return printable(words.trim().slice(0, MOST_CHARACTERS))
}
