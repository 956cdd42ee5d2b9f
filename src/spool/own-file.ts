import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { promises } from './promises.js'

/**
 * Does not follow a link, and does not wait for the writer of a named pipe. Windows lacks both flags and needs neither.
 */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const MOST_BYTES = 64 * 1024

/**
 * Reads a small file of the spool.
 * @throws the error of the file system, also for a symbolic link
 */
export async function readOwnFile(path: string): Promise<string> {
  let handle: FileHandle | undefined
  try {
    handle = await promises().open(path, FLAGS)
    const bytes = Buffer.alloc(MOST_BYTES)
    const { bytesRead } = await handle.read(bytes, 0, MOST_BYTES, 0)
    return bytes.toString('utf8', 0, bytesRead)
  } finally {
    await handle?.close()
  }
}
