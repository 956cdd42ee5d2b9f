import { spawn } from 'node:child_process'

/** Longest that a program of ours may take; a healthy one takes seconds. */
const LIMIT_MS = 120_000
/** Longest that a tool may take, such as an installation from an empty cache. */
const TOOL_LIMIT_MS = 600_000

/**
 * Runs a program to its end.
 * @returns `{ code, stdout, stderr }`, where `code` is the exit code or the signal's name
 */
export function run(command, args, { cwd, env, limitMs = LIMIT_MS } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs })
  const told = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      told[name] += text
    })
  }
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done({ code: code ?? signal, ...told }))
  })
}

/** What a command prints, which has to succeed. */
export async function output(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, { limitMs: TOOL_LIMIT_MS, ...options })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return stdout
}
