import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { seenFrom, systems } from './systems.mjs'

const APP = fileURLToPath(new URL('app.cjs', import.meta.url))
const LIMIT_MS = 25_000
/** Beyond this, a process that had nothing left to do lingers. */
const LINGER_MS = 5_000
/** Without us and without anybody: what a package's own threads or children send last has a moment to arrive. */
const SETTLE_MS = 300

/** Runs one system through one event; gives what arrived and how the process ended, in the words of the table. */
export async function runCell(name, exit, { receiver, folder }) {
  receiver.clear()
  const { flags = [], environment } = systems[name]
  const require = seenFrom(folder)
  const resolved = flags.map((flag) => (flag.startsWith('--') ? flag : require.resolve(flag)))
  const child = spawn(process.execPath, [...resolved, APP, name, exit.event], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...environment(receiver.url),
      SURVIVAL_FROM: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { status, tookMs, hasEnded, stderr } = await ending(child)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const isCrash = exit.event === 'throw' || exit.event === 'reject'
  const words = [`${receiver.logs()}${isCrash && receiver.errors() > 0 ? ' + error' : ''}`]
  if (!hasEnded) words.push('but the process never ends')
  else if (status !== exit.status) words.push(`but ends with ${status}`)
  else if (tookMs > LINGER_MS) words.push(`lingers ${Math.round(tookMs / 1000)} s`)
  const isWhole = receiver.logs() === 50 && words.length === 1 && (!isCrash || receiver.errors() === 1)
  return { text: words.join(', '), isWhole, tookMs, stderr }
}

function ending(child) {
  const startedAt = performance.now()
  let stderr = ''
  child.stderr.on('data', (piece) => {
    stderr += piece
  })
  child.stdout.on('data', (piece) => {
    if (piece.toString().includes('ready')) setTimeout(() => child.kill('SIGTERM'), 200)
  })
  return new Promise((resolve) => {
    let hasEnded = true
    const limit = setTimeout(() => {
      hasEnded = false
      child.kill('SIGKILL')
    }, LIMIT_MS)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      resolve({ status: signal ?? code, tookMs: performance.now() - startedAt, hasEnded, stderr })
    })
  })
}
