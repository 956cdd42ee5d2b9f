import {
  appendFileSync,
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { LognitorError, warnOnce } from '../../config/errors.js'
import type { Change, Store } from '../data/store.js'
import { lineOf, linesOf } from './line.js'
import { takeLines } from './take-lines.js'

/** Writes incoming data to a file, so that it is there again after a restart. */
export interface Journal {
  add(change: Change): void
  /** Writes the whole file anew from the store. */
  rewrite(): void
  /** Writes what is still buffered. */
  close(): void
}

const FLUSH_MS = 200
const PIECE_LENGTH = 1024 * 1024

/**
 * Reads a file into the store and appends every change to it from then on. The file is written anew when it has grown
 * to twice what the store may hold.
 * @param maxBytes most bytes that the store may hold
 * @throws LognitorError `LOGNITOR_BAD_OPTION` when the file cannot be read or written
 */
export async function openJournal(
  file: string,
  store: Store,
  settings: { maxBytes: number; now: () => number },
): Promise<Journal> {
  let size = 0
  let pending = ''
  let timer: NodeJS.Timeout | undefined
  try {
    if (existsSync(file)) {
      const { refused } = await takeLines(store, createReadStream(file))
      const lost = `${refused} lines of ${file} could not be read, and are left out.`
      if (refused > 0) warnOnce('LOGNITOR_INBOX_DATA', lost, `${file} lines`)
    }
    rewrite()
  } catch (cause) {
    throw new LognitorError(
      'LOGNITOR_BAD_OPTION',
      `startInbox: data must be a file that can be written: ${file}.`,
      {
        cause,
      },
    )
  }
  return { add, rewrite: guarded(rewrite), close: guarded(flush) }

  function add(change: Change): void {
    if (change.kind === 'cleared' || change.kind === 'imported') {
      pending = ''
      guarded(rewrite)()
      return
    }
    pending += lineOf(change, store) ?? ''
    if (pending.length > PIECE_LENGTH) guarded(flush)()
    else timer ??= setTimeout(guarded(flush), FLUSH_MS).unref()
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (pending === '') return
    const piece = pending
    pending = ''
    appendFileSync(file, piece)
    size += piece.length
    if (size > 2 * settings.maxBytes) rewrite()
  }

  /** Writes a new file beside the old one, and replaces the old one when the new one is complete. */
  function rewrite(): void {
    const fresh = `${file}.${process.pid}.new`
    const handle = openSync(fresh, 'w', 0o600)
    try {
      let piece = ''
      for (const line of linesOf(store, settings.now())) {
        piece += line
        if (piece.length < PIECE_LENGTH) continue
        writeSync(handle, piece)
        piece = ''
      }
      writeSync(handle, piece)
      fsyncSync(handle)
    } catch (error) {
      rmSync(fresh, { force: true })
      throw error
    } finally {
      closeSync(handle)
    }
    renameSync(fresh, file)
    size = statSync(file).size
  }

  /** A full disk stops the writing to the file and nothing else. One warning says so. */
  function guarded(act: () => void): () => void {
    return () => {
      try {
        act()
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        warnOnce('LOGNITOR_INBOX_DATA', `${file} cannot be written (${reason}): new data is not kept.`, file)
      }
    }
  }
}
