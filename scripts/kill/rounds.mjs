import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chance } from '../lib/chance.mjs'
import { startService } from './service.mjs'

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))
const DRAIN = fileURLToPath(new URL('drain.mjs', import.meta.url))
/** A log whose call returned this long before the kill must survive it, on a machine that does nothing else. */
const SAFE_MS = 250
/** Pairs of operations of the disk that a write may have to wait for. */
const DISK_STEPS = 3

/**
 * Kills a process that logs, repeatedly, with a service that fails now and then. Counts the logs that had to survive,
 * those that never arrived, those that arrived in more than one batch, and the repeated batches, with the same content
 * or another.
 */
export async function killAgainAndAgain({ module, rounds, seed, onRound = () => {} }) {
  const random = chance(seed)
  const service = await startService(random)
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-kill-'))
  const spool = join(folder, 'spool')
  const due = []
  let written = 0
  try {
    for (let round = 1; round <= rounds; round++) {
      const notes = join(folder, `notes-${round}`)
      const args = [CHILD, module, service.apiUrl, spool, notes, `round ${round}`, `${seed + round}`]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
      const ended = new Promise((resolve) => child.once('close', resolve))
      service.misbehave()
      // How long a process takes to start differs by machine; once in a while it is killed before its first note.
      if (random() < 0.9) await firstNote(notes, ended)
      await sleep(random() * 1300)
      const killedAt = performance.timeOrigin + performance.now()
      child.kill('SIGKILL')
      await ended
      const { calls, lateMs, diskMs } = readNotes(notes, killedAt)
      written += calls.length
      for (const [message, at] of calls) {
        const beforeKillMs = killedAt - Number(at)
        if (beforeKillMs > SAFE_MS + lateMs + DISK_STEPS * diskMs)
          due.push({ message, beforeKillMs, lateMs, diskMs })
      }
      for (const file of [notes, `${notes}-probe-1`, `${notes}-probe-2`]) rmSync(file, { force: true })
      onRound(round, rounds)
    }
    service.behave()
    await drain(module, service.apiUrl, spool)
    const { batches, arrivals } = service
    const lost = due.filter(({ message }) => !arrivals.has(message)).map(describe)
    const twice = [...arrivals].filter(([, ids]) => ids.size > 1).map(([message]) => message)
    const again = [...batches.values()].filter(({ texts }) => texts.length > 1)
    const altered = again.filter(({ texts }) => new Set(texts).size > 1)
    return { written, due: due.length, lost, twice, again: again.length, altered: altered.length }
  } finally {
    await service.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Resolves when the process has noted something, or has ended. */
async function firstNote(file, ended) {
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
  })
  while (!hasEnded && !(existsSync(file) && statSync(file).size > 0)) await sleep(5)
}

/** The calls that had returned, and the delays of event loop and disk in the last second or so. */
function readNotes(file, killedAt) {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // The process was killed before its first note.
  }
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  const words = lines.filter(Boolean).map((line) => line.split('\t'))
  const turns = words.filter(([word]) => word === 'next')
  const calls = words.filter(([word]) => word !== 'next')
  // About the last second, and what the process would have noted had it lived longer.
  const last = turns.slice(-150)
  const lastExpected = Number(turns.at(-1)?.[1] ?? killedAt)
  const lateMs = Math.max(0, killedAt - lastExpected, ...last.map(([, , ms]) => Number(ms)))
  return { calls, lateMs, diskMs: Math.max(0, ...last.map(([, , , ms]) => Number(ms))) }
}

function describe({ message, beforeKillMs, lateMs, diskMs }) {
  const late = `event loop up to ${lateMs.toFixed()} ms late, disk up to ${diskMs.toFixed()} ms`
  return `${message}: logged ${beforeKillMs.toFixed()} ms before the kill, ${late}`
}

/** One more process, which only delivers what the others have left. */
function drain(module, apiUrl, spool) {
  const child = spawn(process.execPath, [DRAIN, module, apiUrl, spool], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`Draining ended with ${code}`))))
  })
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
