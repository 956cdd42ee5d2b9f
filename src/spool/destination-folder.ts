import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtin } from '../common/builtin.js'
import type { BatchDestination } from '../delivery/store/batch-store.js'
import { orIfMissing } from './fs-error.js'
import { makeFolder } from './make-folder.js'
import { readOwnFile } from './own-file.js'
import { promises } from './promises.js'

const OWNER_NAME = /^\d+-[0-9a-f]{12}$/
/** Prefix of the name of a folder that is being created or deleted. */
export const UNFINISHED = '.new-'
const UNFINISHED_NAME = /^\.new-\d+-[0-9a-f]{12}$/
const DESTINATION_NAME = /^[0-9a-f]{32}$/
const DESTINATION_FILE = 'destination.json'
/** Within an owner's folder: the folders it has taken over from owners that have ended. */
const ADOPTED = 'from'

/** The folder for one destination. Its name reveals neither address nor key. */
export function destinationFolder(directory: string, { apiUrl, apiKey }: BatchDestination): string {
  const name = builtin('node:crypto')
    .createHash('sha256')
    .update(`${apiUrl}\n${apiKey}`)
    .digest('hex')
    .slice(0, 32)
  return join(directory, name)
}

/** Creates the folder, with a note of the address for people who look into it. */
export function openDestination(folder: string, apiUrl: string): void {
  makeFolder(folder)
  try {
    writeFileSync(join(folder, DESTINATION_FILE), `${JSON.stringify({ apiUrl })}\n`, {
      flag: 'wx',
      mode: 0o600,
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** The address noted in a destination folder; undefined without a valid note. */
export async function addressOf(folder: string): Promise<string | undefined> {
  const text = await orIfMissing('', readOwnFile(join(folder, DESTINATION_FILE)))
  try {
    const { apiUrl } = JSON.parse(text) as { apiUrl?: unknown }
    return typeof apiUrl === 'string' ? apiUrl : undefined
  } catch {
    return undefined
  }
}

/** The destination folders in a spool directory. Symbolic links are skipped, here and in the functions below. */
export async function listDestinations(directory: string): Promise<string[]> {
  return listFolders(directory, DESTINATION_NAME)
}

/** The owners' folders in a destination folder, whether the owner lives or not. */
export async function listOwners(folder: string): Promise<string[]> {
  return listFolders(folder, OWNER_NAME)
}

/** Folders whose creation has begun and not finished. */
export async function listUnfinished(folder: string): Promise<string[]> {
  return listFolders(folder, UNFINISHED_NAME)
}

/** Folders that an owner has taken over. */
export async function listAdopted(owner: string): Promise<string[]> {
  return listFolders(adoptedFolder(owner), OWNER_NAME)
}

/** Where an owner keeps the folders that it takes over. */
export function adoptedFolder(owner: string): string {
  return join(owner, ADOPTED)
}

async function listFolders(folder: string, name: RegExp): Promise<string[]> {
  const entries = await orIfMissing([], promises().readdir(folder, { withFileTypes: true }))
  return entries
    .filter((entry) => entry.isDirectory() && name.test(entry.name))
    .map((entry) => join(folder, entry.name))
}
