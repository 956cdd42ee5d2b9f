import { lstatSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { type Options, resolveOptions } from '../options.js'
import { Pipeline } from '../pipeline.js'
import { destinationFolder } from '../spool/destination-folder.js'
import {
  type FolderSurvey,
  type PlaceSurvey,
  purgeSpool,
  type SpoolSurvey,
  surveySpool,
  type Unreadable,
} from '../spool/survey.js'
import { type Command, parseWords, UsageError } from './command.js'
import { interrupted } from './interrupted.js'
import { createProgress } from './progress.js'
import { printable, printableJson } from './terminal-text.js'

const HELP = `Usage: lognitor spool status|replay|purge DIR [options]

Looks after a directory that an application was given as its spool.

  status           what is not delivered, by address and by process
  replay           delivers what processes that have ended left behind; the key comes
                   from LOGNITOR_API_KEY, the address from LOGNITOR_API_URL
  purge            deletes what processes that have ended left behind

Ends with 1 when a part of the directory could not be looked at, or something is left that could not be delivered.

  --json           status as JSON
  --patience S     replay ends when for so many seconds nothing could be delivered (60)
  --yes            purge without a question
  -h, --help       print this`

const DEFAULT_PATIENCE_S = 60
const LOOK_MS = 100

/** `lognitor spool` */
export const spool: Command = {
  help: HELP,
  async run(args) {
    const options = {
      json: { type: 'boolean', default: false },
      patience: { type: 'string', default: String(DEFAULT_PATIENCE_S) },
      yes: { type: 'boolean', default: false },
    } as const
    const { flags, words } = parseWords(args, options, 2)
    const [action, directory] = words
    if (action !== undefined && action !== 'status' && action !== 'replay' && action !== 'purge') {
      throw new UsageError(`There is no "spool ${action}". There are status, replay and purge.`)
    }
    if (action === undefined || directory === undefined)
      throw new UsageError('Which directory? lognitor spool status|replay|purge DIR')
    const patienceS = Number(flags.patience)
    if (!(patienceS >= 1 && patienceS <= 1e6)) {
      throw new UsageError(`--patience must be a number of seconds, not "${flags.patience}".`)
    }
    const problem = problemWith(directory)
    if (problem !== undefined) return fail(problem)
    if (action === 'status') return status(directory, flags.json)
    if (action === 'replay') return replay(directory, patienceS * 1000)
    return purge(directory, flags.yes)
  },
}

/** Why nothing can be said of what is in a directory; undefined where it can be looked at. */
function problemWith(directory: string): string | undefined {
  try {
    return statSync(directory).isDirectory() ? undefined : `${directory} is no directory`
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT'
      ? `there is no directory ${directory}`
      : `${directory} cannot be looked at: ${message}`
  }
}

async function status(directory: string, isJson: boolean): Promise<number> {
  const survey = await surveySpool(directory)
  const { places, unreadable } = survey
  if (isJson) process.stdout.write(`${printableJson(JSON.stringify(survey))}\n`)
  else if (places.length > 0) for (const place of places) printPlace(place)
  else if (unreadable.length === 0) print('The spool is empty.')
  return tell(unreadable)
}

/** What could not be looked at is not empty. @returns the exit code */
function tell(unreadable: readonly Unreadable[]): number {
  for (const { path, why } of unreadable) fail(`${path} cannot be looked at: ${why}`)
  return unreadable.length === 0 ? 0 : 1
}

function printPlace({ name, apiUrl, folders, damaged }: PlaceSurvey): void {
  print(`${apiUrl ?? 'An unknown address'} (place ${name.slice(0, 8)})`)
  for (const folder of folders) print(`  ${describe(folder)}`)
  if (folders.length === 0) print('  nothing')
  if (damaged > 0) print(`  ${damaged} damaged files were set aside`)
}

function describe({ pid, host, lives, entries, bytes }: FolderSurvey): string {
  const owner = pid === undefined ? 'an unknown process' : `process ${pid} on ${host}`
  const kilobytes = Math.ceil(bytes / 1024)
  return `${owner}, ${lives ? 'running' : 'ended'}: ${entries} not delivered, ${kilobytes} KiB`
}

async function replay(directory: string, patienceMs: number): Promise<number> {
  const options: Options = { spool: { directory }, flushOnExit: false, captureUncaught: false }
  const settings = resolveOptions(options)
  if (!settings.apiKey) {
    fail('LOGNITOR_API_KEY must hold the key that the logs were written for')
    return 2
  }
  const before = await surveySpool(directory)
  if (before.unreadable.length > 0) return tell(before.unreadable)
  const { apiUrl, apiKey } = settings
  // Where nothing was ever written for this address and key, nothing is to be left that looks as if.
  const isThere =
    lstatSync(destinationFolder(directory, { apiUrl, apiKey }), { throwIfNoEntry: false }) !== undefined
  const isDone = isThere ? await replayInto(new Pipeline(settings), patienceMs) : noneDelivered()
  const left = await surveySpool(directory)
  if (isDone) tellOthers(left)
  return tell(left.unreadable) === 0 && isDone ? 0 : 1
}

/** Resolves to whether all is delivered. */
async function replayInto(pipeline: Pipeline, patienceMs: number): Promise<boolean> {
  await pipeline.takeOver()
  const isDone = await deliver(pipeline, patienceMs)
  const { accepted, requestsAccepted, takenOver, dropped, holding } = pipeline.stats()
  await pipeline.shutdown(0)
  print(`${accepted + requestsAccepted} of ${takenOver} delivered.`)
  for (const [reason, count] of Object.entries(dropped)) print(`${count} dropped: ${reason}`)
  if (!isDone) fail(`the rest stays in the spool (${HELD[holding ?? ''] ?? 'interrupted'})`)
  return isDone
}

function noneDelivered(): boolean {
  print('0 of 0 delivered.')
  return true
}

/** Names the addresses that are left, as far as they are known. */
function tellOthers({ places }: SpoolSurvey): void {
  const others = places.filter(({ folders }) => folders.some(({ lives, entries }) => !lives && entries > 0))
  if (others.length === 0) return
  const addresses = new Set(others.map(({ apiUrl }) => apiUrl ?? 'an unknown address'))
  print(`What is left was written for another key or address: ${[...addresses].join(', ')}.`)
}

/** Why the rest stays, in words. */
const HELD: Readonly<Record<string, string>> = {
  backoff: 'nothing gets through to the service',
  retry_after: 'the service asks for patience',
  unauthorized: 'the service refused the key',
  wrong_address: 'the address does not answer like Lognitor',
}

/** Resolves to true when nothing is left, to false when it is interrupted or nothing gets through. */
async function deliver(pipeline: Pipeline, patienceMs: number): Promise<boolean> {
  const progress = createProgress()
  let isInterrupted = false
  void interrupted().then(() => {
    isInterrupted = true
  })
  let before = Number.POSITIVE_INFINITY
  let changedAt = performance.now()
  try {
    for (;;) {
      const { spooled, inFlight, takenOver, holding } = pipeline.stats()
      const left = spooled + inFlight
      progress.show(takenOver - left, takenOver)
      if (left === 0) return true
      if (left !== before) changedAt = performance.now()
      before = left
      const isHopeless = holding === 'unauthorized' || holding === 'wrong_address'
      if (isInterrupted || isHopeless || performance.now() - changedAt > patienceMs) return false
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  } finally {
    progress.end()
  }
}

async function purge(directory: string, isCertain: boolean): Promise<number> {
  const { places, unreadable } = await surveySpool(directory)
  if (unreadable.length > 0) {
    fail('nothing was deleted')
    return tell(unreadable)
  }
  const folders = places.flatMap((place) => place.folders)
  const entries = folders.filter(({ lives }) => !lives).reduce((sum, folder) => sum + folder.entries, 0)
  if (!isCertain && !(await confirm(`Delete ${entries} logs and requests that were never delivered?`)))
    return fail(`nothing was deleted${process.stdin.isTTY ? '' : '; --yes purges without a question'}`)
  const purged = await purgeSpool(directory)
  print(`${purged.entries} deleted.`)
  return tell(purged.unreadable)
}

/** False, too, where nobody can answer. */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`)
}

function fail(words: string): number {
  process.stderr.write(`lognitor: ${printable(words)}\n`)
  return 1
}
