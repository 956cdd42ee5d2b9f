import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder } from './make-folder.js'
import { isAbandoned } from './owner.js'

const FOLDER_NAME = /^\d+-[0-9a-f]{12}$/
const UNBORN_NAME = /^\.new-\d+-[0-9a-f]{12}$/
const PLACE_NAME = /^[0-9a-f]{32}$/
const PLACE_FILE = 'place.json'
/** What an owner has taken over from others. */
const LEGACIES = 'from'

/**
 * The folder for one address and key, so that nothing is ever sent to another project than it was written for.
 * Its name shows neither.
 */
export function placeOf(directory: string, apiUrl: string, apiKey: string): string {
  const name = createHash('sha256').update(`${apiUrl}\n${apiKey}`).digest('hex').slice(0, 32)
  return join(directory, name)
}

/** Makes the folder, and notes for people whose it is. */
export function openPlace(place: string, apiUrl: string): void {
  makeFolder(place)
  try {
    writeFileSync(join(place, PLACE_FILE), `${JSON.stringify({ apiUrl })}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** The address that a place is for; undefined when nobody has noted it. */
export async function addressOf(place: string): Promise<string | undefined> {
  try {
    const { apiUrl } = JSON.parse(await readFile(join(place, PLACE_FILE), 'utf8')) as { apiUrl?: unknown }
    return typeof apiUrl === 'string' ? apiUrl : undefined
  } catch {
    return undefined
  }
}

/** Places below a spool's directory. */
export async function listPlaces(directory: string): Promise<string[]> {
  return (await namesIn(directory))
    .filter((name) => PLACE_NAME.test(name))
    .map((name) => join(directory, name))
}

/** Folders of owners in a place, living or not. */
export async function listFolders(place: string): Promise<string[]> {
  return (await namesIn(place)).filter((name) => FOLDER_NAME.test(name)).map((name) => join(place, name))
}

/** Folders of writers that an owner has taken over. */
export async function listLegacies(folder: string): Promise<string[]> {
  const legacies = join(folder, LEGACIES)
  return (await namesIn(legacies))
    .filter((name) => FOLDER_NAME.test(name))
    .map((name) => join(legacies, name))
}

/**
 * Takes over what owners that live no more have left in a place. Of several that try only one succeeds.
 * @param own the folder of who takes over
 * @returns the folders of their writers, now below `own`
 */
export async function takeOver(place: string, own: string): Promise<string[]> {
  const taken: string[] = []
  for (const name of await namesIn(place)) {
    const folder = join(place, name)
    if (folder === own || !(FOLDER_NAME.test(name) || UNBORN_NAME.test(name))) continue
    if (!(await isAbandoned(folder))) continue
    if (UNBORN_NAME.test(name)) {
      await rm(folder, { recursive: true, force: true }).catch(() => {})
      continue
    }
    makeFolder(join(own, LEGACIES))
    taken.push(...(await moveBelow(own, folder)))
  }
  return taken
}

/**
 * Moves a folder to where an owner has what it took over; what that folder's owner had taken over goes beside
 * it, or each crash would bury it deeper.
 */
async function moveBelow(own: string, folder: string): Promise<string[]> {
  const moved: string[] = []
  const toMove = [folder]
  for (let next = toMove.pop(); next !== undefined; next = toMove.pop()) {
    const now = join(own, LEGACIES, basename(next))
    try {
      await rename(next, now)
    } catch {
      // Somebody was faster.
      continue
    }
    moved.push(now)
    toMove.push(...(await listLegacies(now)))
  }
  return moved
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => [])
}
