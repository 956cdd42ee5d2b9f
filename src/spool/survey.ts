import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DAMAGED } from './damaged.js'
import { addressOf, listAdopted, listDestinations, listOwners } from './destination-folder.js'
import { parseIdentity } from './identity.js'
import { isAbandoned, OWNER_FILE } from './owner.js'
import { scanJournal } from './scan.js'

/** What one process has on disk, or has left there. */
export interface FolderSurvey {
  readonly path: string
  /** Undefined when it left no word about itself. */
  readonly pid: number | undefined
  readonly host: string | undefined
  readonly lives: boolean
  /** Logs and request entries that are not delivered, those it had taken over included. */
  readonly entries: number
  readonly bytes: number
}

/** What is on disk for one address and key. */
export interface PlaceSurvey {
  /** Of the key nothing is known but that it is another than that of any other place. */
  readonly name: string
  readonly apiUrl: string | undefined
  readonly folders: readonly FolderSurvey[]
  /** Files that were set aside because they could not be read. */
  readonly damaged: number
}

/** Looks at all that is below a spool's directory, and changes nothing. */
export async function surveySpool(directory: string): Promise<PlaceSurvey[]> {
  const places: PlaceSurvey[] = []
  for (const place of await listDestinations(directory)) {
    const folders: FolderSurvey[] = []
    for (const folder of await listOwners(place)) folders.push(await surveyFolder(folder))
    const damaged = await readdir(join(place, DAMAGED)).catch(() => [])
    places.push({
      name: basename(place),
      apiUrl: await addressOf(place),
      folders,
      damaged: damaged.length,
    })
  }
  return places
}

/** Deletes what processes that live no more have left, and what was set aside. Gives how many entries that were. */
export async function purgeSpool(directory: string): Promise<number> {
  let entries = 0
  for (const place of await listDestinations(directory)) {
    for (const folder of await listOwners(place)) {
      const survey = await surveyFolder(folder)
      if (survey.lives) continue
      await rm(folder, { recursive: true, force: true })
      entries += survey.entries
    }
    await rm(join(place, DAMAGED), { recursive: true, force: true })
  }
  return entries
}

async function surveyFolder(folder: string): Promise<FolderSurvey> {
  const owner = parseIdentity(await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => ''))
  const all = [folder, ...(await listAdopted(folder))]
  let entries = 0
  let bytes = 0
  for (const journal of all) {
    const { pending } = await scanJournal(journal, 0).catch(() => ({ pending: [] }))
    entries += pending.reduce((sum, { present }) => sum + present, 0)
    bytes += await sizeOf(journal)
  }
  const lives = !(await isAbandoned(folder))
  return { path: folder, pid: owner?.pid, host: owner?.host, lives, entries, bytes }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith('.log')) bytes += (await stat(join(folder, name)).catch(() => ({ size: 0 }))).size
  }
  return bytes
}
