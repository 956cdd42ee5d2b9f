#!/usr/bin/env node
import { SDK } from '../common/version.js'
import { UsageError } from './command.js'
import { COMMANDS } from './commands.js'

/** Runs the command that the arguments name. */
async function main(args: readonly string[]): Promise<number | NodeJS.Signals> {
  const [name, ...rest] = args
  if (name === '--version' || name === '-v') return print(SDK.version)
  if (name === 'help' && rest[0] !== undefined) return main([rest[0], '--help'])
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return print(overview())
  const listing = COMMANDS.get(name)
  if (listing === undefined) throw new UsageError(`There is no command "${name}".`)
  const command = await listing.load()
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (own.includes('--help') || own.includes('-h')) return print(command.help)
  return command.run(rest)
}

function overview(): string {
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  return `Usage: lognitor <command> [options]\n\n${lines.join('\n')}\n\nlognitor <command> --help tells more.`
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    const name = process.argv[2] ?? ''
    const help = COMMANDS.has(name) ? `${name} --help` : '--help'
    process.stderr.write(`lognitor: ${error.message}\nTry lognitor ${help}.\n`)
    return 2
  }
  process.stderr.write(`lognitor: ${error instanceof Error ? error.message : String(error)}\n`)
  return 1
}

function end(outcome: number | NodeJS.Signals): void {
  if (typeof outcome === 'number') process.exitCode = outcome
  else process.kill(process.pid, outcome)
}

// A closed pipe, such as to head, is no error.
process.stdout.on('error', () => process.exit(0))
main(process.argv.slice(2)).catch(explain).then(end)
