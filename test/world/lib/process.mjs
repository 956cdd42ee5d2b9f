import { spawn } from 'node:child_process'

/** Longest that a program may take; a healthy one takes a few seconds. */
const LIMIT_MS = 120_000

/**
 * Runs a program to its end.
 * @returns `{ code, stdout, stderr }`, where `code` is the exit code or the signal's name
 */
export function run(command, args, { cwd, env, input } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: LIMIT_MS })
  const told = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      told[name] += text
    })
  }
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done({ code: code ?? signal, ...told }))
  })
}

/** What a command prints, which has to succeed. */
export async function output(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return stdout
}
