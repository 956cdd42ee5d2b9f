import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

const running = new Set()

/**
 * Starts a program and keeps its output, for error messages.
 * @param hasInput whether the program has a standard input, which `endInput` ends
 */
export function start(command, args, env = {}, { hasInput = false } = {}) {
  const stdio = [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe']
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio })
  running.add(child)
  let output = ''
  let errors = ''
  child.stdout.on('data', (piece) => {
    output += piece
  })
  child.stderr.on('data', (piece) => {
    errors += piece
  })
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(signal ?? code)
    })
  })
  return {
    pid: child.pid,
    ended,
    output: () => output,
    errors: () => errors,
    endInput: () => child.stdin.end(),
    /** Sends a program a signal, and resolves when it has ended. */
    end: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

/** No started process outlives this one. */
export function endAll() {
  for (const child of running) child.kill('SIGKILL')
}

/** Runs a program to its end. Throws its output when it fails. */
export async function runToEnd(command, args, env) {
  const run = start(command, args, env)
  const code = await run.ended
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}:\n${run.errors().slice(-3000)}`)
  return run.output()
}

/** Ports that are free at the moment. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer().on('error', reject)
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Waits until a condition holds; throws after a time that no healthy run needs. */
export async function until(condition, what, limitMs = 120_000) {
  const deadline = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`It did not come to this: ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Whether a server answers at the address with 200. */
export async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
