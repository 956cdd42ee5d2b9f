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
  const entry = registerUrl()
  const isNode = /^node(js)?(\.exe)?$/i.test(basename(command))
  const child = spawn(command, isNode ? ['--import', entry, ...args] : args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      LOGNITOR_API_KEY: process.env.LOGNITOR_API_KEY || 'dev',
      LOGNITOR_API_URL: apiUrl,
      // What is not node itself starts one at some time: npm, tsx, a shell script.
      ...(!isNode && { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${entry}`.trim() }),
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

/** The entry built beside this program, so that it is found whatever the started program has installed. */
function registerUrl(): string {
  return pathToFileURL(join(dirname(realpathSync(process.argv[1] ?? '.')), 'register.mjs')).href
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
