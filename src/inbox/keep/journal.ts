import { createReadStream, existsSync, realpathSync, truncateSync } from 'node:fs'
import { appendFile, stat } from 'node:fs/promises'
import { clearTimeout, setTimeout } from '../../common/clock.js'
import { LognitorError, warnOnce } from '../../config/errors.js'
import type { Change, Store } from '../data/store.js'
import { lineOf, linesOf } from './line.js'
import { createReplacement, removeReplacements } from './replacement.js'
import { takeLines } from './take-lines.js'

/** Writes incoming data to a file, so that it is there again after a restart. */
export interface Journal {
  add(change: Change): void
  /** Writes what is still buffered. Never rejects. */
  close(): Promise<void>
}

const FLUSH_MS = 200
const PIECE_LENGTH = 1024 * 1024
const MODE = 0o600

/**
 * Reads a file into the store and appends every change to it from then on. When the file has grown to twice what the
 * store may hold, a new file with the content of the store replaces it.
 * @param maxBytes most bytes that the store may hold
 * @throws LognitorError `LOGNITOR_BAD_OPTION` when the file cannot be read or written
 */
export async function openJournal(
  path: string,
  store: Store,
  settings: { maxBytes: number; now: () => number },
): Promise<Journal> {
  const { maxBytes, now } = settings
  // A symbolic link stays, and the file that it names is replaced.
  const file = existsSync(path) ? realpathSync(path) : path
  /** Lines that are not in the file yet. */
  let pending = ''
  let size = 0
  /** The size beyond which the file is rewritten. */
  let limit = 2 * maxBytes
  let isStale = false
  /** Grows each time the inbox is emptied. A rewrite that began before is then abandoned. */
  let epoch = 0
  let isCut = false
  let timer: NodeJS.Timeout | undefined
  let isWaiting = false
  /** Ends with the last work on the file. Each work begins after the one before. */
  let work = Promise.resolve()
  await open().catch((cause) => {
    const message = `startInbox: data must be a file that can be written: ${path}.`
    throw new LognitorError('LOGNITOR_BAD_OPTION', message, { cause })
  })
  return {
    add,
    close: () => {
      schedule()
      return work
    },
  }

  async function open(): Promise<void> {
    if (existsSync(file)) {
      const { refused } = await takeLines(store, createReadStream(file))
      const lost = `${refused} lines of ${path} could not be read, and are left out.`
      if (refused > 0) warnOnce('LOGNITOR_INBOX_DATA', lost, `${path} lines`)
    }
    await removeReplacements(file)
    await rewrite()
  }

  function add(change: Change): void {
    if (change.kind === 'cleared') {
      empty()
      return
    }
    if (change.kind === 'imported') isStale = true
    pending += lineOf(change, store) ?? ''
    // The disk is too slow. The store has the newest of these lines, and a rewrite writes them.
    if (pending.length > maxBytes) {
      pending = ''
      isStale = true
    }
    if (isStale || pending.length > PIECE_LENGTH) schedule()
    else timer ??= setTimeout(schedule, FLUSH_MS).unref()
  }

  /** Empties the file at once. Work that is under way may still write old lines, which the next rewrite removes. */
  function empty(): void {
    epoch++
    pending = ''
    isStale = true
    try {
      truncateSync(file)
    } catch (error) {
      warn(error)
    }
    schedule()
  }

  function schedule(): void {
    clearTimeout(timer)
    timer = undefined
    if (isWaiting) return
    isWaiting = true
    work = work.then(flush).catch(warn)
  }

  async function flush(): Promise<void> {
    isWaiting = false
    await append()
    if (!isStale && size <= limit) return
    isStale = false
    try {
      await rewrite()
    } finally {
      limit = Math.max(2 * maxBytes, 2 * size)
    }
  }

  async function append(): Promise<void> {
    // After a write that failed, the last line may be cut: the next one begins on a line of its own.
    const piece = isCut && pending !== '' ? `\n${pending}` : pending
    pending = ''
    isCut = true
    await appendFile(file, piece, { mode: MODE })
    isCut = false
    size += Buffer.byteLength(piece)
  }

  /**
   * Writes the content of the store to a new file, which replaces the old one when it is complete. Lines that come
   * meanwhile are appended to the old file, and copied at the end. So the old file is whole at every moment.
   */
  async function rewrite(): Promise<void> {
    const begun = epoch
    const lines = linesOf(store, now())
    await append()
    const { size: copied } = await stat(file)
    const replacement = await createReplacement(file, MODE)
    try {
      for (const piece of inPieces(lines)) {
        await replacement.write(piece)
        if (pending !== '') await append()
        if (epoch !== begun) return
      }
      for await (const piece of createReadStream(file, { start: copied })) await replacement.write(piece)
      if (epoch === begun) size = await replacement.replace()
    } finally {
      await replacement.discard()
    }
  }

  /** A full disk stops the writing to the file and nothing else. One warning says so. */
  function warn(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    warnOnce('LOGNITOR_INBOX_DATA', `${path} cannot be written (${reason}): new data is not kept.`, path)
  }
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = ''
  for (const line of lines) {
    piece += line
    if (piece.length < PIECE_LENGTH) continue
    yield piece
    piece = ''
  }
  yield piece
}
