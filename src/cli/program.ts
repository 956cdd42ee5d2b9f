import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

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
      LOGNITOR_API_KEY: process.env.LOGNITOR_API_KEY || 'dev',
      LOGNITOR_API_URL: apiUrl,
    },
  })
  const stopForwarding = forwardSignals((signal) => child.kill(signal))
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      stopForwarding()
      const isMissing = error.code === 'ENOENT'
      const why = isMissing ? 'there is no such program' : error.message
      process.stderr.write(`lognitor: ${command} could not be started: ${why}\n`)
      resolve(isMissing ? 127 : 126)
    })
    child.once('exit', (code, signal) => {
      stopForwarding()
      resolve(signal ?? code ?? 1)
    })
  })
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

function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  const forward = (signal: NodeJS.Signals) => {
    if (!(process.stdin.isTTY && FROM_TERMINAL.includes(signal))) send(signal)
  }
  for (const signal of SIGNALS) process.on(signal, forward)
  return () => {
    for (const signal of SIGNALS) process.off(signal, forward)
  }
}
