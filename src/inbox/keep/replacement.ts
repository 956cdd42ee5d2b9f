import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A new file beside an old one, whose place it takes when it is complete. */
export interface Replacement {
  write(piece: string | Buffer): Promise<void>
  /** Puts the new file in the place of the old one. @returns its size in bytes */
  replace(): Promise<number>
  /** Removes the new file, unless it has replaced the old one. */
  discard(): Promise<void>
}

/** @throws the error of the file system */
export async function createReplacement(file: string, mode: number): Promise<Replacement> {
  const name = `${file}.${process.pid}.new`
  const handle = await open(name, 'w', mode)
  let isReplaced = false
  return {
    write: async (piece) => {
      await handle.appendFile(piece)
    },
    replace: async () => {
      // Without this, a power failure could leave an empty file in the place of the old one.
      await handle.sync()
      const { size } = await handle.stat()
      await handle.close()
      await rename(name, file)
      isReplaced = true
      return size
    },
    discard: async () => {
      await handle.close().catch(() => {})
      if (!isReplaced) await rm(name, { force: true })
    },
  }
}

/** Removes the files that an earlier process left, because it ended before they were complete. */
export async function removeReplacements(file: string): Promise<void> {
  const folder = dirname(file)
  const start = `${basename(file)}.`
  const left = (await readdir(folder)).filter(
    (name) => name.startsWith(start) && /^\d+\.new$/.test(name.slice(start.length)),
  )
  for (const name of left) await rm(join(folder, name), { force: true })
}
