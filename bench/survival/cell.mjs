import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { seenFrom, systems } from './systems.mjs'

const APP = fileURLToPath(new URL('app.cjs', import.meta.url))
/** Longer than the slowest system needs to start and to log. */
const START_MS = 120_000
/** A process that has not ended this long after the event never will. */
const LIMIT_MS = 25_000
/** A process that stays alive longer than this without work is counted as lingering. */
const LINGER_MS = 5_000
/** Time for the last data of a package's own threads or child processes to arrive. */
const SETTLE_MS = 300

/**
 * Runs one system through one column. Gives what arrived and how the process ended, as text for the table. `open`
 * starts a receiver, `folder` is where the system is installed.
 */
export async function runCell(name, column, { open, folder }) {
  const receiver = await open()
  if (column.fault) receiver.fault(column.fault)
  const { status, tookMs, hasEnded, stderr } = await ending(start(name, column, receiver.url, folder), column)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const [logs, errors] = [receiver.logs(), receiver.errors()]
  await receiver.close()
  const words = [column.fault ? `${logs}/${column.logs}` : `${logs}`]
  if (column.hasError && errors > 0) words[0] += ' + error'
  if (!hasEnded) words.push('but the process never ends')
  else if (status !== column.status) words.push(`but ends with ${status}`)
  else if (tookMs > LINGER_MS) words.push(`lingers ${Math.round(tookMs / 1000)} s`)
  const isWhole = logs === column.logs && words.length === 1 && errors === (column.hasError ? 1 : 0)
  return { text: words.join(', '), isWhole, stderr }
}

function start(name, { event, logs, everyMs }, url, folder) {
  const { flags = [], environment } = systems[name]
  const require = seenFrom(folder)
  const resolved = flags.map((flag) => (flag.startsWith('--') ? flag : require.resolve(flag)))
  const { PATH, HOME } = process.env
  return spawn(process.execPath, [...resolved, APP, name, event, `${logs}`, `${everyMs}`], {
    env: { PATH, HOME, ...environment(url), SURVIVAL_FROM: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Watches the process from the moment when it announces the event. */
function ending(child, { termAfterMs }) {
  let stderr = ''
  let hasEnded = true
  let isReady = false
  let eventAt = performance.now()
  const giveUp = () => {
    hasEnded = false
    child.kill('SIGKILL')
  }
  let limit = setTimeout(giveUp, START_MS)
  const wait = () => {
    clearTimeout(limit)
    eventAt = performance.now()
    limit = setTimeout(giveUp, LIMIT_MS)
  }
  const terminate = () => {
    wait()
    child.kill('SIGTERM')
  }
  child.stderr.on('data', (piece) => {
    stderr += piece
  })
  child.stdout.on('data', (piece) => {
    if (piece.toString().includes('now')) wait()
    if (isReady || !piece.toString().includes('ready')) return
    isReady = true
    clearTimeout(limit)
    limit = setTimeout(terminate, termAfterMs)
  })
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      resolve({ status: signal ?? code, tookMs: performance.now() - eventAt, hasEnded, stderr })
    })
  })
}
