import { LEVELS } from '../wire/level.js'
import type { Log } from '../wire/log.js'
import { type Command, parseFlags, UsageError } from './command.js'
import { readEvents, type StreamReader } from './event-stream.js'
import { formatLog } from './log-line.js'
import { formatLogfmt } from './logfmt.js'
import { FILTER_FLAGS, filterParameters } from './tail-filters.js'
import { printable, printableJson } from './terminal-text.js'

const HELP = `Usage: lognitor tail [options]

Prints the logs that an inbox receives from now on. Exit status: 1 when there is no inbox.

  --url URL            the inbox (http://127.0.0.1:4777)
  --level LEVELS       only these levels: ${LEVELS.join(', ')}; several with commas
  --service NAME       only of this service; --environment and --release NAME likewise
  --text TEXT          only with this text in the log
  --user ID            only of this user; --session, --request, --trace and --fingerprint ID likewise
  --tag TAG            only with this tag; several times: with all of them
  --meta KEY:VALUE     only with this value in the metadata; order.id is the key id within order
  --errors-since TIME  first the errors that the inbox holds since then (30s, 10m, 2h, 1d or a date), then new
                       ones; with --level the logs of those levels
  --format FORMAT      human (default), json or logfmt; one line a log; --json is --format json
  -h, --help           print this

  lognitor tail --service shop --errors-since 10m
  lognitor tail --user ada --format logfmt`

const RETRY_MS = 1000

/** How a log is printed, from its JSON. Throws when that is no JSON. */
const FORMATS: Readonly<Record<string, (data: string) => string>> = {
  human: (data) => formatLog(JSON.parse(data) as Log, hasColor()),
  json: checkedJson,
  logfmt: (data) => formatLogfmt(JSON.parse(data) as Log),
}

/** `lognitor tail` */
export const tail: Command = {
  help: HELP,
  async run(args) {
    const flags = parseFlags(args, {
      url: { type: 'string', default: 'http://127.0.0.1:4777' },
      format: { type: 'string' },
      json: { type: 'boolean', default: false },
      ...FILTER_FLAGS,
    })
    const name = flags.format ?? (flags.json ? 'json' : 'human')
    const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined
    if (format === undefined)
      throw new UsageError(`--format must be one of ${Object.keys(FORMATS).join(', ')}, not "${name}".`)
    return follow(streamAddress(flags.url, filterParameters(flags, Date.now())), format)
  },
}

function hasColor(): boolean {
  const { NO_COLOR, TERM } = process.env
  return process.stdout.isTTY === true && !NO_COLOR && TERM !== 'dumb'
}

/** @throws when the data is not JSON */
function checkedJson(data: string): string {
  JSON.parse(data)
  return printableJson(data)
}

function streamAddress(inbox: string, filters: URLSearchParams): URL {
  const url = URL.canParse(inbox) ? new URL(inbox) : undefined
  if (url?.protocol !== 'http:') throw new UsageError(`--url must be an http address, not "${inbox}".`)
  const address = new URL('/inbox/api/stream?events=log', url)
  for (const [name, value] of filters) address.searchParams.append(name, value)
  return address
}

/** Reads until it is stopped. Waits for an inbox that was there and has ended, not for one that was never there. */
async function follow(address: URL, format: (data: string) => string): Promise<number> {
  let wasConnected = false
  let isConnected = false
  const reader: StreamReader = {
    onOpen: () => {
      isConnected = true
      wasConnected = true
      // A later connection must not print again what this one prints.
      address.searchParams.delete('since')
    },
    onEvent: (name, data) => {
      if (name === 'log') return print(format(data))
      if (name === 'missed') say(`this reader is too slow and has missed ${countIn(data)} logs`)
      return undefined
    },
  }
  for (;;) {
    isConnected = false
    const end = await readEvents(address, reader)
    if (end.kind === 'refused') return fail(`the inbox refused: ${end.why}`)
    if (end.kind === 'foreign') return fail(`${address.origin} is not an inbox: ${end.why}`)
    if (!isConnected && end.kind === 'ended') return fail(`${address.origin} is not an inbox`)
    if (!wasConnected) return fail(`no inbox answers at ${address.origin}. Start one with lognitor dev.`)
    if (isConnected) say('the inbox closed the connection; waiting for it.')
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

let drained: Promise<void> | undefined

/** Writes a line. @returns a promise when the reader is slow: it resolves when the reader has caught up */
function print(line: string): Promise<void> | undefined {
  if (process.stdout.write(`${line}\n`)) return undefined
  drained ??= new Promise((resolve) => {
    process.stdout.once('drain', () => {
      drained = undefined
      resolve()
    })
  })
  return drained
}

function countIn(data: string): number {
  const { count } = JSON.parse(data) as { count?: unknown }
  return Number(count)
}

function say(words: string): void {
  process.stderr.write(`lognitor: ${printable(words)}\n`)
}

function fail(words: string): number {
  say(words)
  return 1
}
