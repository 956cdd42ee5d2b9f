import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { descendantsOf, isInForeground, type RunningProcess, stillRunning } from './processes.js'

/**
 * Runs a program with our zero-code entry loaded and its telemetry sent to an inbox, and passes signals on.
 * @returns its exit code, or the signal that ended it; 127 when it was not found, 126 when it could not start.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  apiUrl: string,
): Promise<number | NodeJS.Signals> {
  const given = preloaded(command, args, [besideUs('register.mjs')])
  const child = spawn(command, given.args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...given.env,
      ...directTo(new URL(apiUrl).hostname),
      LOGNITOR_API_KEY: process.env.LOGNITOR_API_KEY || 'dev',
      LOGNITOR_API_URL: apiUrl,
    },
  })
  const wasInForeground = isInForeground()
  let passOn: NodeJS.Signals | undefined
  let started: readonly RunningProcess[] = []
  const stopForwarding = onSignals((signal) => {
    // Noted now: once the program has ended nobody knows whom it had started.
    started = descendantsOf(child.pid ?? 0)
    // The terminal itself sends these to all processes in front: passing them on would make two of one. With its last
    // signal it is no longer anybody's terminal.
    const isFromTerminal = signal === 'SIGHUP' ? wasInForeground : isInForeground()
    passOn = FROM_TERMINAL.includes(signal) && isFromTerminal ? undefined : signal
    if (passOn !== undefined) child.kill(passOn)
  })
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      stopForwarding()
      const isMissing = error.code === 'ENOENT'
      const why = isMissing ? 'there is no such program' : error.message
      process.stderr.write(`lognitor: ${command} could not be started: ${why}\n`)
      resolve(isMissing ? 127 : 126)
    })
    child.once('exit', async (code, signal) => {
      await endAll(started, passOn)
      stopForwarding()
      resolve(signal ?? code ?? 1)
    })
  })
}

/** The environment in which a program reaches a host of this machine directly, whatever proxy is set. */
function directTo(host: string): NodeJS.ProcessEnv {
  const { no_proxy, NO_PROXY } = process.env
  const hosts = [no_proxy, NO_PROXY, host].filter(Boolean).join(',')
  return { LOGNITOR_PROXY: 'false', no_proxy: hosts, NO_PROXY: hosts }
}

/** So long what a program has left running has to end by itself, and then after the signal. */
const BY_ITSELF_MS = 200
const AFTER_SIGNAL_MS = 10_000
const LOOK_MS = 50

/**
 * Ends what a program has left running: npx, for one, ends by a signal and leaves what it had started.
 * @param signal undefined where they all have had it already
 */
async function endAll(
  processes: readonly RunningProcess[],
  signal: NodeJS.Signals | undefined,
): Promise<void> {
  const left = await waitFor(processes, signal === undefined ? AFTER_SIGNAL_MS : BY_ITSELF_MS)
  if (signal !== undefined) for (const { pid } of left) kill(pid, signal)
  for (const { pid } of await waitFor(left, AFTER_SIGNAL_MS)) kill(pid, 'SIGKILL')
}

/** Resolves to those that still run after that time; sooner where all have ended. */
async function waitFor(processes: readonly RunningProcess[], limitMs: number) {
  const deadline = performance.now() + limitMs
  let left = stillRunning(processes)
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    left = stillRunning(left)
  }
  return left
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

interface Preloaded {
  readonly args: readonly string[]
  /** What the environment has to hold. */
  readonly env: NodeJS.ProcessEnv
}

/** A command's arguments and environment with these modules loaded before its own, in this order. */
export function preloaded(command: string, args: readonly string[], entries: readonly string[]): Preloaded {
  const isNode = /^node(js)?(\.exe)?$/i.test(basename(command))
  if (isNode) return { args: [...entries.flatMap((entry) => ['--import', entry]), ...args], env: {} }
  // What is not node itself starts one at some time: npm, tsx, a shell script.
  const options = [process.env.NODE_OPTIONS ?? '', ...entries.map((entry) => `--import=${entry}`)]
  return { args, env: { NODE_OPTIONS: options.join(' ').trim() } }
}

/** The address of what is built beside this program, and so found whatever the started program has installed. */
export function besideUs(file: string): string {
  return pathToFileURL(join(dirname(realpathSync(process.argv[1] ?? '.')), file)).href
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const
/** A terminal sends these to all processes in front: passing them on would make two of one. */
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGHUP', 'SIGQUIT']

function onSignals(receive: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, receive)
  return () => {
    for (const signal of SIGNALS) process.off(signal, receive)
  }
}
