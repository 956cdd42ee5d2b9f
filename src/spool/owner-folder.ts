import { rmdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { adoptedFolder, listAdopted } from './destination-folder.js'
import { isMissing } from './fs-error.js'
import { makeFolder } from './make-folder.js'
import { promises } from './promises.js'

/**
 * Moves an abandoned folder into the own one. If several processes try at once, only one succeeds.
 * @returns the new path; undefined if another process was faster
 * @throws the error of the file system
 */
export async function adopt(folder: string, own: string): Promise<string | undefined> {
  const adopted = join(adoptedFolder(own), basename(folder))
  makeFolder(adoptedFolder(own))
  try {
    await promises().rename(folder, adopted)
    return adopted
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * Moves the folders that a former owner had taken over next to its own folder, else each crash would nest them deeper.
 * @returns their new paths
 * @throws the error of the file system
 */
export async function flatten(folder: string, own: string): Promise<string[]> {
  const moved: string[] = []
  for (const below of await listAdopted(folder)) {
    const adopted = await adopt(below, own)
    if (adopted !== undefined) moved.push(adopted)
  }
  return moved
}

/**
 * Deletes an owner's folder, unless it still holds folders that were taken over. This is safe against races, because
 * the file system removes only empty folders.
 */
export async function removeOwnerFolder(folder: string): Promise<boolean> {
  try {
    await promises().rmdir(adoptedFolder(folder))
  } catch (error) {
    if (!isMissing(error)) return false
  }
  await promises().rm(folder, { recursive: true, force: true })
  return true
}

/** The same synchronously. */
export function removeOwnerFolderNow(folder: string): boolean {
  try {
    rmdirSync(adoptedFolder(folder))
  } catch (error) {
    if (!isMissing(error)) return false
  }
  // A write that is under way may create a file meanwhile.
  rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 10 })
  return true
}
