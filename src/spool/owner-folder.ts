import { rmdirSync, rmSync } from 'node:fs'
import { rename, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { adoptedFolder, listAdopted } from './destination-folder.js'
import { isMissing } from './fs-error.js'
import { makeFolder } from './make-folder.js'

/**
 * Moves an abandoned folder into the own one. The folders that its owner had taken over are moved next to it, else each
 * crash would nest them deeper. If several processes try at once, only one succeeds.
 * @returns the folders that are now below `own`
 * @throws the error of the file system
 */
export async function adopt(folder: string, own: string): Promise<string[]> {
  makeFolder(adoptedFolder(own))
  return moveAll([folder], adoptedFolder(own))
}

/** Moves all folders that an owner has taken over to where other processes can take them over. */
export async function releaseAdopted(own: string, to: string): Promise<void> {
  await moveAll(await listAdopted(own), to)
}

/**
 * Deletes an owner's folder, unless it still holds folders that were taken over. This is safe against races, because
 * the file system removes only empty folders.
 */
export async function removeOwnerFolder(folder: string): Promise<boolean> {
  try {
    await rmdir(adoptedFolder(folder))
  } catch (error) {
    if (!isMissing(error)) return false
  }
  await rm(folder, { recursive: true, force: true })
  return true
}

/** The same synchronously. */
export function removeOwnerFolderNow(folder: string): boolean {
  try {
    rmdirSync(adoptedFolder(folder))
  } catch (error) {
    if (!isMissing(error)) return false
  }
  rmSync(folder, { recursive: true, force: true })
  return true
}

async function moveAll(folders: readonly string[], to: string): Promise<string[]> {
  const moved: string[] = []
  const toMove = [...folders]
  for (let next = toMove.pop(); next !== undefined; next = toMove.pop()) {
    const now = join(to, basename(next))
    try {
      await rename(next, now)
    } catch (error) {
      // Another process was faster.
      if (isMissing(error)) continue
      throw error
    }
    moved.push(now)
    toMove.push(...(await listAdopted(now)))
  }
  return moved
}
