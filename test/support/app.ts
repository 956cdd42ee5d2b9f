import { type ChildProcess, fork } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

export interface App {
  readonly url: string
  readonly process: ChildProcess
  /** The program's output on stderr so far. */
  stderr(): string
  stdout(): string
  /** Sends the program a signal and resolves when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface AppOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly execArgv?: readonly string[]
  readonly execPath?: string
}

/** Starts a program that sends `{ port }` to its parent once it listens. It imports the built package by name. */
export async function startApp(
  file: string,
  { env = {}, execArgv = [], execPath }: AppOptions = {},
): Promise<App> {
  const child = fork(join(root, file), {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    execArgv: [...execArgv],
    ...(execPath && { execPath }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let stderr = ''
  let stdout = ''
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port))
    child.once('exit', (code) =>
      reject(new Error(`${file} ended with ${code} before it listened:\n${stderr}`)),
    )
  })
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    stderr: () => stderr,
    stdout: () => stdout,
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve({ code: child.exitCode, signal: child.signalCode })
          return
        }
        child.once('exit', (code, ended) => resolve({ code, signal: ended }))
        child.kill(signal)
      }),
  }
}
