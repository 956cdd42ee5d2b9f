import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { descendantsOf, isInForeground, type RunningProcess, stillRunning } from './processes.js'

/**
 * Runs a program with the zero-code entry loaded and its telemetry sent to an inbox, and passes signals on.
 * @returns the exit code, or the signal that ended the program; 127 when it was not found, 126 when it could not start
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
    // Noted now, because a descendant cannot be found any more once the program has ended.
    started = descendantsOf(child.pid ?? 0)
    // A terminal itself sends these signals to all foreground processes: passing one on would deliver it twice. After
    // SIGHUP the terminal is gone, so the state before counts.
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

/** An environment in which a program reaches a host of this machine directly, whatever proxy is set. */
function directTo(host: string): NodeJS.ProcessEnv {
  const { no_proxy, NO_PROXY } = process.env
  const hosts = [no_proxy, NO_PROXY, host].filter(Boolean).join(',')
  return { LOGNITOR_PROXY: 'false', no_proxy: hosts, NO_PROXY: hosts }
}

/** Time for the program's remaining processes to end by themselves, and then after the signal. */
const BY_ITSELF_MS = 200
const AFTER_SIGNAL_MS = 10_000
const LOOK_MS = 50

/**
 * Ends the processes that a program has left running: npx, for one, ends at a signal and leaves its child running.
 * @param signal undefined when all of them have received it already
 */
async function endAll(
  processes: readonly RunningProcess[],
  signal: NodeJS.Signals | undefined,
): Promise<void> {
  const left = await waitFor(processes, signal === undefined ? AFTER_SIGNAL_MS : BY_ITSELF_MS)
  if (signal !== undefined) for (const { pid } of left) kill(pid, signal)
  for (const { pid } of await waitFor(left, AFTER_SIGNAL_MS)) kill(pid, 'SIGKILL')
}

/** Resolves to the processes that still run after the time; sooner when all have ended. */
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
    // The process has ended by itself.
  }
}

interface Preloaded {
  readonly args: readonly string[]
  /** Variables that the environment needs. */
  readonly env: NodeJS.ProcessEnv
}

/** The arguments and environment of a command that loads these modules before its own, in this order. */
export function preloaded(command: string, args: readonly string[], entries: readonly string[]): Preloaded {
  const isNode = /^node(js)?(\.exe)?$/i.test(basename(command))
  if (isNode) return { args: [...entries.flatMap((entry) => ['--import', entry]), ...args], env: {} }
  // A command that is not node starts node at some point: npm, tsx, a shell script.
  const options = [process.env.NODE_OPTIONS ?? '', ...entries.map((entry) => `--import=${entry}`)]
  return { args, env: { NODE_OPTIONS: options.join(' ').trim() } }
}

/** The URL of a file beside this program, whatever the started program has installed. */
export function besideUs(file: string): string {
  return pathToFileURL(join(dirname(realpathSync(process.argv[1] ?? '.')), file)).href
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const
/** A terminal sends these to all foreground processes: passing one on would deliver it twice. */
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGHUP', 'SIGQUIT']

function onSignals(receive: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, receive)
  return () => {
    for (const signal of SIGNALS) process.off(signal, receive)
  }
}
