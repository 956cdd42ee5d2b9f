import { type ParseArgsConfig, parseArgs } from 'node:util'

/** One command of the `lognitor` program. */
export interface Command {
  /** What `--help` prints. */
  readonly help: string
  /**
   * Runs the command with the arguments after its name.
   * @returns the exit code, or the signal by which this process has to end
   */
  run(args: readonly string[]): Promise<number | NodeJS.Signals>
}

/** Thrown by a command for wrong arguments. The message is printed, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Flags = NonNullable<ParseArgsConfig['options']>

/** Parses flags with `node:util`, whose errors become a {@link UsageError}. */
export function parseFlags<T extends Flags>(args: readonly string[], options: T) {
  return parse(args, options, false).values
}

/** Parses flags and at most `most` words, which may come before, between and behind the flags. */
export function parseWords<T extends Flags>(args: readonly string[], options: T, most: number) {
  const { values: flags, positionals: words } = parse(args, options, true)
  const tooMany = words[most]
  if (tooMany !== undefined) throw new UsageError(`Unexpected argument '${tooMany}'.`)
  return { flags, words }
}

function parse<T extends Flags>(args: readonly string[], options: T, allowPositionals: boolean) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? firstSentence(error.message) : String(error))
  }
}

/** Parses a flag as a whole number; undefined when it was not given. */
export function wholeFlag(
  name: string,
  value: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, not "${value}".`)
}

/** Node's message goes on to explain positional arguments. */
function firstSentence(message: string): string {
  const [first = message] = message.split('. ', 1)
  return first.endsWith('.') ? first : `${first}.`
}
