import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

export const NODE_24 = join(root, 'test/dependencies/otel-3/node_modules/node/bin/node')

export interface RunOptions {
  /** Address of the service; without it the app runs without this package. */
  readonly apiUrl?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly flags?: readonly string[] | undefined
  readonly node?: string | undefined
  /** Precedes the whole command: `unshare ...`. */
  readonly before?: readonly string[] | undefined
  /** Time limit in ms, longer than any healthy run takes. Default 30 000. */
  readonly limitMs?: number | undefined
  /** The function is called with the process once the text has appeared on its stdout. */
  readonly when?: readonly [text: string, then: (child: ChildProcess) => void] | undefined
}

/** How a process ended, and its output. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs an application of `test/exit/apps` to its end. One that hangs is killed, and that is an error. */
export function runApp(app: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ending> {
  const { apiUrl, env = {}, flags = [], node = process.execPath, before = [], when } = options
  const { limitMs = 30_000 } = options
  // The machine may be busy. How long the delivery takes matters only in the tests about it.
  const generous = { LOGNITOR_FLUSH_ON_EXIT: '20000' }
  const own =
    apiUrl === undefined ? {} : { LOGNITOR_API_KEY: 'test-key', LOGNITOR_API_URL: apiUrl, ...generous }
  const command = [...before, node, ...flags, join(root, 'test/exit/apps', app), ...args]
  const child = spawn(command[0] as string, command.slice(1), {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((done, fail) => {
    let stdout = ''
    let stderr = ''
    let hasBeenTold = false
    const limit = setTimeout(() => {
      child.kill('SIGKILL')
      fail(new Error(`${app} ${args.join(' ')} did not end:\n${stdout}\n${stderr}`))
    }, limitMs)
    child.stdout.on('data', (piece) => {
      stdout += piece
      if (when === undefined || hasBeenTold || !stdout.includes(when[0])) return
      hasBeenTold = true
      when[1](child)
    })
    child.stderr.on('data', (piece) => {
      stderr += piece
    })
    child.on('error', fail)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      done({ code, signal, stdout, stderr })
    })
  })
}
