import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** The Node 24 that is installed with OpenTelemetry 3. */
export const NODE_24 = join(root, 'test/dependencies/otel-3/node_modules/node/bin/node')

export interface StartOptions {
  /** The whole environment beside `PATH` and `HOME`: settings of the developer reach no program under test. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Default: the root of the repository. */
  readonly cwd?: string | undefined
  /** Another Node, or another interpreter. Default: the Node that runs the tests. */
  readonly node?: string | undefined
  /** Precedes the whole command: `unshare ...`. */
  readonly before?: readonly string[] | undefined
  /** Opens a channel for messages, as `fork` does. */
  readonly ipc?: boolean | undefined
}

/** A program under test, and its output so far. */
export interface Run {
  readonly child: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves when the program has ended and its output is complete: to the exit code, or to the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /**
   * Waits for output on stdout or stderr that matches. Gives the pattern's first group, or the whole match.
   * @throws when the program ends without it
   */
  printed(pattern: RegExp | string): Promise<string>
  /** Ends the program as an operator would, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Runs Node. Every program of the tests is started here.
 * @param args Node's flags, the file, and the program's own arguments
 */
export function start(args: readonly string[], options: StartOptions = {}): Run {
  const { env = {}, cwd = root, node = process.execPath, before = [], ipc = false } = options
  const [command, ...rest] = [...before, node, ...args] as [string, ...string[]]
  const { PATH, HOME } = process.env
  const child = spawn(command, rest, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['pipe', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  })
  running.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  // A program that ends does not read what it was told.
  child.stdin?.on('error', () => {})
  const ended = new Promise<number | NodeJS.Signals>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => {
      running.delete(child)
      done(signal ?? code ?? -1)
    })
  })
  const said = () => `${stdout}\n${stderr}`
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    printed: (pattern) => {
      const find = () => {
        if (typeof pattern === 'string') return said().includes(pattern) ? pattern : undefined
        const found = pattern.exec(said())
        return found === null ? undefined : (found[1] ?? found[0])
      }
      return new Promise((done, fail) => {
        const look = () => {
          const found = find()
          if (found !== undefined) done(found)
        }
        look()
        child.stdout?.on('data', look)
        child.stderr?.on('data', look)
        void ended.then(() => {
          look()
          fail(new Error(`${args.join(' ')} ended and has not printed ${pattern}:\n${said()}`))
        }, fail)
      })
    },
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

/** A program that sends `{ port }` to its parent once it listens. */
export interface App extends Run {
  /** The program's first message. */
  readonly first: { readonly port: number }
  readonly port: number
  readonly url: string
  /** Sends a message, and resolves to the next one from the program. */
  ask<T>(word: string): Promise<T>
}

/** As {@link start}, and waits until the program listens. */
export async function startApp(args: readonly string[], options: StartOptions = {}): Promise<App> {
  const run = start(args, { ...options, ipc: true })
  const answer = <T>() => new Promise<T>((done) => run.child.once('message', (message) => done(message as T)))
  const first = await Promise.race([answer<{ port: number }>(), run.ended])
  if (typeof first !== 'object')
    throw new Error(`${args.join(' ')} ended with ${first} before it listened:\n${run.stderr()}`)
  return {
    ...run,
    first,
    port: first.port,
    url: `http://127.0.0.1:${first.port}`,
    ask: <T>(word: string) => {
      const answered = answer<T>()
      run.child.send(word)
      return answered
    },
  }
}
