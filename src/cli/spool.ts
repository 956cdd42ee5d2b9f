import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { type Options, resolveOptions } from '../options.js'
import { Pipeline } from '../pipeline.js'
import { type FolderSurvey, type PlaceSurvey, purgeSpool, surveySpool } from '../spool/survey.js'
import { type Command, parseWords, UsageError } from './command.js'
import { interrupted } from './interrupted.js'
import { createProgress } from './progress.js'

const HELP = `Usage: lognitor spool status|replay|purge DIR [options]

Looks after a directory that an application was given as its spool.

  status           what is not delivered, by address and by process
  replay           delivers what processes that have ended left behind; the key comes
                   from LOGNITOR_API_KEY, the address from LOGNITOR_API_URL
  purge            deletes what processes that have ended left behind

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
    if (!existsSync(directory)) {
      process.stderr.write(`lognitor: there is no directory ${directory}\n`)
      return 1
    }
    if (action === 'status') return status(directory, flags.json)
    if (action === 'replay') return replay(directory, patienceS * 1000)
    return purge(directory, flags.yes)
  },
}

async function status(directory: string, isJson: boolean): Promise<number> {
  const places = await surveySpool(directory)
  if (isJson) print(JSON.stringify({ places }))
  else if (places.length === 0) print('The spool is empty.')
  else for (const place of places) printPlace(place)
  return 0
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
    process.stderr.write('lognitor: LOGNITOR_API_KEY must hold the key that the logs were written for\n')
    return 2
  }
  const pipeline = new Pipeline(settings)
  await pipeline.takeOver()
  const isDone = await deliver(pipeline, patienceMs)
  const { accepted, requestsAccepted, takenOver, dropped, holding } = pipeline.stats()
  await pipeline.shutdown(0)
  const delivered = accepted + requestsAccepted
  print(`${delivered} of ${takenOver} delivered.`)
  for (const [reason, count] of Object.entries(dropped)) print(`${count} dropped: ${reason}`)
  if (!isDone)
    process.stderr.write(`lognitor: the rest stays in the spool (${HELD[holding ?? ''] ?? 'interrupted'})\n`)
  const others = (await surveySpool(directory)).flatMap(({ folders }) => folders)
  const left = others.filter(({ lives, entries }) => !lives && entries > 0)
  if (isDone && left.length > 0) print('What is left was written for another key or address.')
  return isDone ? 0 : 1
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
  const folders = (await surveySpool(directory)).flatMap((place) => place.folders)
  const entries = folders.filter(({ lives }) => !lives).reduce((sum, folder) => sum + folder.entries, 0)
  if (!isCertain && !(await confirm(`Delete ${entries} logs and requests that were never delivered?`))) {
    process.stderr.write(
      `lognitor: nothing was deleted${process.stdin.isTTY ? '' : '; --yes purges without a question'}\n`,
    )
    return 1
  }
  print(`${await purgeSpool(directory)} deleted.`)
  return 0
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
  process.stdout.write(`${line}\n`)
}
