import { LognitorError } from '../config/errors.js'
import { type Inbox, startInbox } from '../inbox/inbox.js'
import { type Command, parseFlags, UsageError, wholeFlag } from './command.js'
import { interrupted } from './interrupted.js'
import { runProgram } from './program.js'

const FIRST_PORT = 4777
const TRIED_PORTS = 20
/** Port of `lognitor gateway`. */
const GATEWAY_PORT = 4778

const HELP = `Usage: lognitor dev [options] [-- command args...]

Starts the inbox, a local stand-in for Lognitor with a page, at http://127.0.0.1:${FIRST_PORT} or the next free port.
With a command, the command is started too and reports to the inbox; the inbox ends when the command ends. Standard
output then belongs to the command alone.

  --port N           listen on this port only
  --max-logs N       most logs in memory, the newest (50000)
  --max-requests N   most requests in memory, the newest (50000)
  --data FILE        store incoming data in this file and read it again at the next start
  -h, --help         print this

  lognitor dev
  lognitor dev -- node app.js`

/** `lognitor dev` */
export const dev: Command = {
  help: HELP,
  async run(args) {
    const split = args.indexOf('--')
    const program = split < 0 ? [] : args.slice(split + 1)
    const own = split < 0 ? args : args.slice(0, split)
    if (own.length > 0 && !own[0]?.startsWith('-')) {
      throw new UsageError(`Put the program behind --: lognitor dev -- ${own.join(' ')}`)
    }
    const flags = parseFlags(own, {
      port: { type: 'string' },
      'max-logs': { type: 'string' },
      'max-requests': { type: 'string' },
      data: { type: 'string' },
    })
    const port = wholeFlag('port', flags.port, 0, 65_535)
    const maxLogs = wholeFlag('max-logs', flags['max-logs'], 1, 10_000_000)
    const maxRequests = wholeFlag('max-requests', flags['max-requests'], 1, 10_000_000)
    const [command, ...rest] = program
    // With a program, standard output belongs to the program alone: another process may read it.
    const stream = command === undefined ? process.stdout : process.stderr
    const say = (line: string) => stream.write(`${line}\n`)
    const limits = {
      ...(maxLogs && { maxLogs }),
      ...(maxRequests && { maxRequests }),
      ...(flags.data !== undefined && { data: flags.data }),
    }
    const inbox = await open(port, limits, say)
    // Listens for signals before the address is printed: the reader of the address may end this process at once.
    const ended = command === undefined ? interrupted() : undefined
    say(`Lognitor inbox: ${inbox.url}`)
    try {
      if (command !== undefined) return await runProgram(command, rest, inbox.apiUrl)
      say(`Send to it with LOGNITOR_API_KEY=dev LOGNITOR_API_URL=${inbox.apiUrl}`)
      await ended
      return 0
    } finally {
      await inbox.close()
    }
  },
}

async function open(
  port: number | undefined,
  limits: { maxLogs?: number; maxRequests?: number; data?: string },
  say: (line: string) => void,
): Promise<Inbox> {
  if (port !== undefined) return startInbox({ ...limits, port })
  for (let tried = FIRST_PORT; tried < FIRST_PORT + TRIED_PORTS; tried++) {
    if (tried === GATEWAY_PORT) continue
    try {
      const inbox = await startInbox({ ...limits, port: tried })
      if (tried !== FIRST_PORT) say(`Port ${FIRST_PORT} is taken; the next free one is ${tried}.`)
      return inbox
    } catch (error) {
      if (!(error instanceof LognitorError) || error.code !== 'LOGNITOR_ADDRESS_IN_USE') throw error
    }
  }
  return startInbox(limits)
}
