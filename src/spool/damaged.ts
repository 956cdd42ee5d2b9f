import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
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
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const { file, reason, pieces } of damages) {
      const content = [
        `# ${basename(journal)}/${file}: ${reason}\n`,
        ...pieces.map((piece) => `${piece.toString()}\n`),
      ]
      const text = content.join('').slice(0, MOST_BYTES)
      await writeFile(join(folder, `${nowMs}-${basename(journal)}-${file}`), text, { mode: 0o600 })
    }
    const names = (await readdir(folder)).sort()
    for (const name of names.slice(0, -MOST_FILES)) await rm(join(folder, name), { force: true })
  } catch {
    // The entries are lost already. A missing copy of the bytes changes nothing.
  }
}
