import { spawn } from 'node:child_process'

/** Longest that a program may take to say or do what it has to. */
const LIMIT_MS = 60_000

/**
 * Starts a program that stays. `said(text, times)` waits for its output; `stop` ends it, and gives its exit code or the
 * signal that ended it; `clear` ends all that it started.
 */
export function startService(command, args, { cwd, env }) {
  // A group of its own, since process managers start others.
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  let told = ''
  const parts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      told += text
      parts[name] += text
    })
  }
  child.stdin.on('error', () => {})
  const ended = new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)))
  const clear = () => {
    process.off('exit', clear)
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // All have ended.
    }
  }
  process.on('exit', clear)
  return {
    pid: child.pid,
    input: child.stdin,
    ended,
    told: () => told,
    stdout: () => parts.stdout,
    stderr: () => parts.stderr,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    said: (text, times = 1) =>
      until(
        () => told.split(text).length > times,
        () => `${text} in: ${told}`,
      ),
    stop: async (signal) => {
      child.kill(signal)
      return ended
    },
    clear,
  }
}

/** Waits until something holds, and fails after a minute with what was waited for. */
export async function until(holds, what) {
  const since = performance.now()
  while (!holds()) {
    if (performance.now() - since > LIMIT_MS) throw new Error(`There was no ${what()}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}
