import { basename, join } from 'node:path'
import { promises } from './promises.js'
import { COMMENT, NEWLINE } from './record.js'
import type { Damage } from './scan.js'

export const DAMAGED = 'damaged'
const MOST_FILES = 20
const MOST_BYTES = 1024 * 1024

/** Keeps a copy of unreadable bytes, with the reason. Only the newest files are kept, each of bounded size. */
export async function setAside(
  destinationFolder: string,
  journal: string,
  damages: readonly Damage[],
  nowMs: number,
): Promise<void> {
  if (damages.length === 0) return
  const folder = join(destinationFolder, DAMAGED)
  try {
    await promises().mkdir(folder, { recursive: true, mode: 0o700 })
    for (const { file, reason, pieces } of damages) {
      const content = [
        `# ${basename(journal)}/${file}: ${reason}\n`,
        ...pieces.map(({ bytes }) => `${bytes.toString()}\n`),
      ]
      const text = content.join('').slice(0, MOST_BYTES)
      await promises().writeFile(join(folder, `${nowMs}-${basename(journal)}-${file}.txt`), text, {
        mode: 0o600,
      })
    }
    const names = (await promises().readdir(folder)).sort()
    for (const name of names.slice(0, -MOST_FILES)) await promises().rm(join(folder, name), { force: true })
  } catch {
    // The entries are lost already. A missing copy of the bytes changes nothing.
  }
}

/**
 * Turns damaged lines into comments where they are. They are counted already: if this process is killed before the
 * journal is delivered, the next one to read the journal would count them again.
 */
export async function commentOut(journal: string, damages: readonly Damage[]): Promise<void> {
  for (const { file, pieces } of damages) {
    // Not created if it was deleted meanwhile.
    const handle = await promises()
      .open(join(journal, file), 'r+')
      .catch(() => undefined)
    if (handle === undefined) continue
    try {
      for (const { first, last } of pieces) {
        // The line break first: an intact line may follow without one, and must not become part of the comment.
        await handle.write(Uint8Array.of(NEWLINE), 0, 1, last)
        if (first < last) await handle.write(Uint8Array.of(COMMENT), 0, 1, first)
      }
    } catch {
      // The lines stay damaged, and are counted again by whoever reads them again.
    } finally {
      await handle.close().catch(() => {})
    }
  }
}
