import { basename, dirname, join } from 'node:path'
import { DAMAGED } from './damaged.js'
import { addressOf, listAdopted, listDestinations, listOwners, UNFINISHED } from './destination-folder.js'
import { isMissing, orIfMissing } from './fs-error.js'
import { parseIdentity } from './identity.js'
import { segmentNames } from './journal.js'
import { readOwnFile } from './own-file.js'
import { isAbandoned, OWNER_FILE } from './owner.js'
import { promises } from './promises.js'
import { scanJournal } from './scan.js'

/** What one process has on disk, or has left there. */
export interface FolderSurvey {
  readonly path: string
  /** Undefined if the folder has no readable identity. */
  readonly pid: number | undefined
  readonly host: string | undefined
  readonly lives: boolean
  /** Undelivered logs and request entries, including those the process had taken over. */
  readonly entries: number
  readonly bytes: number
}

/** What is on disk for one address and key. */
export interface DestinationSurvey {
  /** Two names differ when their keys differ; the name reveals nothing else of the key. */
  readonly name: string
  readonly apiUrl: string | undefined
  readonly folders: readonly FolderSurvey[]
  /** Number of files with bytes that could not be read back. */
  readonly damaged: number
}

/** A file or folder that could not be read; its content is unknown. */
export interface Unreadable {
  readonly path: string
  readonly why: string
}

export interface SpoolSurvey {
  readonly destinations: readonly DestinationSurvey[]
  readonly unreadable: readonly Unreadable[]
}

/** Reads everything below a spool directory and changes nothing. Never rejects. */
export async function surveySpool(directory: string): Promise<SpoolSurvey> {
  const unreadable: Unreadable[] = []
  const destinations: DestinationSurvey[] = []
  const look = lookWith(unreadable)
  for (const destination of await look(directory, [], () => listDestinations(directory))) {
    const folders: FolderSurvey[] = []
    for (const folder of await look(destination, [], () => listOwners(destination))) {
      const survey = await look(folder, undefined, () => surveyFolder(folder))
      if (survey !== undefined) folders.push(survey)
    }
    const apiUrl = await look(destination, undefined, () => addressOf(destination))
    const damaged = await look(destination, 0, () => countDamaged(destination))
    destinations.push({ name: basename(destination), apiUrl, folders, damaged })
  }
  return { destinations, unreadable }
}

/**
 * Deletes the folders of processes that have ended, and damaged files. Folders that cannot be read stay. Never rejects.
 * Resolves to the number of deleted entries.
 */
export async function purgeSpool(directory: string): Promise<{ entries: number; unreadable: Unreadable[] }> {
  const unreadable: Unreadable[] = []
  const look = lookWith(unreadable)
  let entries = 0
  for (const destination of await look(directory, [], () => listDestinations(directory))) {
    for (const folder of await look(destination, [], () => listOwners(destination))) {
      entries += await look(folder, 0, async () => {
        const survey = await surveyFolder(folder)
        return survey !== undefined && !survey.lives && (await remove(folder)) ? survey.entries : 0
      })
    }
    await look(destination, undefined, () =>
      promises().rm(join(destination, DAMAGED), { recursive: true, force: true }),
    )
  }
  return { entries, unreadable }
}

/** Renames the folder first, so that nobody takes over what is being deleted. False if another process was faster. */
async function remove(folder: string): Promise<boolean> {
  const going = join(dirname(folder), `${UNFINISHED}${basename(folder)}`)
  try {
    await promises().rename(folder, going)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
  await promises().rm(going, { recursive: true, force: true })
  return true
}

type Look = <T>(path: string, otherwise: T, at: () => Promise<T>) => Promise<T>

function lookWith(unreadable: Unreadable[]): Look {
  return async (path, otherwise, at) => {
    try {
      return await at()
    } catch (error) {
      unreadable.push({ path: (error as NodeJS.ErrnoException).path ?? path, why: (error as Error).message })
      return otherwise
    }
  }
}

/** Undefined if the folder no longer exists. */
async function surveyFolder(folder: string): Promise<FolderSurvey | undefined> {
  const owner = parseIdentity(await orIfMissing('', readOwnFile(join(folder, OWNER_FILE))))
  let entries = 0
  let bytes = 0
  try {
    for (const journal of [folder, ...(await listAdopted(folder))]) {
      const { pending } = await scanJournal(journal, 0)
      entries += pending.reduce((sum, { present }) => sum + present, 0)
      bytes += await sizeOf(journal)
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  const lives = !(await isAbandoned(folder))
  return { path: folder, pid: owner?.pid, host: owner?.host, lives, entries, bytes }
}

async function sizeOf(journal: string): Promise<number> {
  let bytes = 0
  for (const name of await segmentNames(journal)) {
    bytes += (await orIfMissing(undefined, promises().lstat(join(journal, name))))?.size ?? 0
  }
  return bytes
}

async function countDamaged(destination: string): Promise<number> {
  const folder = join(destination, DAMAGED)
  const isFolder = (await orIfMissing(undefined, promises().lstat(folder)))?.isDirectory() === true
  return isFolder ? (await promises().readdir(folder)).length : 0
}
