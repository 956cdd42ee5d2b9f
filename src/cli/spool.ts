import { statSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { type DestinationSurvey, type FolderSurvey, purgeSpool, surveySpool } from '../spool/survey.js'
import { type Command, parseWords, UsageError } from './command.js'
import { fail, print, reportUnreadable } from './spool-messages.js'
import { replay } from './spool-replay.js'
import { printableJson } from './terminal-text.js'

const HELP = `Usage: lognitor spool status|replay|purge DIR [options]

Manages the spool directory of an application.

  status           shows what is not delivered, by address and by process
  replay           delivers what ended processes have left; the key comes
                   from LOGNITOR_API_KEY, the address from LOGNITOR_API_URL
  purge            deletes what ended processes have left

Exit status: 1 when part of the directory could not be read, or something could not be delivered.

  --json             status as JSON
  --give-up-after S  replay ends when nothing could be delivered for this many
                     seconds, 60 without it; what is left stays in the spool
  --yes              purge without asking
  -h, --help         print this`

const DEFAULT_GIVE_UP_S = 60

/** `lognitor spool` */
export const spool: Command = {
  help: HELP,
  async run(args) {
    const options = {
      json: { type: 'boolean', default: false },
      'give-up-after': { type: 'string', default: String(DEFAULT_GIVE_UP_S) },
      yes: { type: 'boolean', default: false },
    } as const
    const { flags, words } = parseWords(args, options, 2)
    const [action, directory] = words
    if (action !== undefined && action !== 'status' && action !== 'replay' && action !== 'purge') {
      throw new UsageError(`There is no "spool ${action}". Use status, replay or purge.`)
    }
    if (action === undefined || directory === undefined)
      throw new UsageError('The directory is missing: lognitor spool status|replay|purge DIR')
    const giveUpS = Number(flags['give-up-after'])
    if (!(giveUpS >= 1 && giveUpS <= 1e6)) {
      throw new UsageError(`--give-up-after must be a number of seconds, not "${flags['give-up-after']}".`)
    }
    const problem = problemWith(directory)
    if (problem !== undefined) return fail(problem)
    if (action === 'status') return status(directory, flags.json)
    if (action === 'replay') return replay(directory, giveUpS * 1000)
    return purge(directory, flags.yes)
  },
}

/** Why a directory cannot be examined; undefined when it can. */
function problemWith(directory: string): string | undefined {
  try {
    return statSync(directory).isDirectory() ? undefined : `${directory} is not a directory`
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? `${directory} does not exist` : `${directory} cannot be read: ${message}`
  }
}

async function status(directory: string, isJson: boolean): Promise<number> {
  const survey = await surveySpool(directory)
  const { destinations, unreadable } = survey
  if (isJson) process.stdout.write(`${printableJson(JSON.stringify(survey))}\n`)
  else if (destinations.length > 0) for (const destination of destinations) printDestination(destination)
  else if (unreadable.length === 0) print('The spool is empty.')
  return reportUnreadable(unreadable)
}

function printDestination({ name, apiUrl, folders, damaged }: DestinationSurvey): void {
  print(`${apiUrl ?? 'An unknown address'} (destination ${name.slice(0, 8)})`)
  for (const folder of folders) print(`  ${describe(folder)}`)
  if (folders.length === 0) print('  nothing')
  if (damaged > 0) print(`  ${damaged} damaged files were set aside`)
}

function describe({ pid, host, lives, entries, bytes }: FolderSurvey): string {
  const owner = pid === undefined ? 'an unknown process' : `process ${pid} on ${host}`
  const kilobytes = Math.ceil(bytes / 1024)
  return `${owner}, ${lives ? 'running' : 'ended'}: ${entries} not delivered, ${kilobytes} KiB`
}

async function purge(directory: string, isCertain: boolean): Promise<number> {
  const { destinations, unreadable } = await surveySpool(directory)
  if (unreadable.length > 0) {
    fail('nothing was deleted')
    return reportUnreadable(unreadable)
  }
  const folders = destinations.flatMap((destination) => destination.folders)
  const entries = folders.filter(({ lives }) => !lives).reduce((sum, folder) => sum + folder.entries, 0)
  if (!isCertain && !(await confirm(`Delete ${entries} logs and requests that were never delivered?`)))
    return fail(`nothing was deleted${process.stdin.isTTY ? '' : '; use --yes to purge without asking'}`)
  const purged = await purgeSpool(directory)
  print(`${purged.entries} deleted.`)
  return reportUnreadable(purged.unreadable)
}

/** Also false when nobody can answer. */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
