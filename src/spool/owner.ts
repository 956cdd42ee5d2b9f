import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, TimerHandle } from '../clock.js'
import { type Doorbell, hangDoorbell, ringDoorbell } from './doorbell.js'
import { hasProcess, type Identity, isSameKernel, ownIdentity, parseIdentity } from './identity.js'
import { makeFolder } from './make-folder.js'

/** The file in which an owner says who it is. */
export const OWNER_FILE = 'owner.json'
/** The file that it writes again and again for as long as it lives. */
const BEAT_FILE = 'beat'
/** A folder that is still being made. */
const UNBORN = '.new-'
const BEAT_MS = 15_000
/** Without a sign for so long an owner that can be asked in no other way counts as dead. */
const LEASE_MS = 300_000

/** A folder of ours, for as long as we live. */
export interface Owner {
  readonly directory: string
  /** Moves it to another place. */
  move(place: string): void
  /** Lets go of it; what is in it is for others to take over. */
  release(): void
}

/**
 * Makes a folder that shows others that its owner lives.
 * @throws what the file system throws
 */
export function claimFolder(place: string, clock: Clock): Owner {
  const tag = randomBytes(6).toString('hex')
  const name = `${process.pid}-${tag}`
  const unborn = join(place, `${UNBORN}${name}`)
  let directory = join(place, name)
  makeFolder(place)
  mkdirSync(unborn, { mode: 0o700 })
  let doorbell: Doorbell | undefined
  try {
    const socket = `${tag}.sock`
    doorbell = hangDoorbell(unborn, socket)
    const identity = ownIdentity(doorbell ? socket : '')
    writeFileSync(join(unborn, OWNER_FILE), JSON.stringify(identity), { mode: 0o600 })
    writeFileSync(join(unborn, BEAT_FILE), '.', { mode: 0o600 })
    // Seen by others only when it is complete.
    renameSync(unborn, directory)
  } catch (error) {
    doorbell?.close()
    rmSync(unborn, { recursive: true, force: true })
    throw error
  }
  const beat = keepBeating(() => join(directory, BEAT_FILE), clock)
  return {
    get directory() {
      return directory
    },
    move: (elsewhere) => {
      renameSync(directory, join(elsewhere, name))
      directory = join(elsewhere, name)
    },
    release: () => {
      beat.stop()
      doorbell?.close()
    },
  }
}

/** Whether a folder's owner is certain not to live any more. */
export async function isAbandoned(directory: string): Promise<boolean> {
  let owner: Identity | undefined
  try {
    owner = parseIdentity(await readFile(join(directory, OWNER_FILE), 'utf8'))
  } catch (error) {
    // What we may not read is somebody else's; what is gone needs no owner.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false
  }
  if (owner === undefined) return hasLeaseEnded(directory)
  const self = ownIdentity('')
  if (isSameKernel(owner, self) && owner.socket !== '') return !(await ringDoorbell(directory, owner.socket))
  const lives = hasProcess(owner, self)
  return lives === undefined ? hasLeaseEnded(directory) : !lives
}

/** By the file system's own clock, since those of two machines may differ. */
async function hasLeaseEnded(directory: string): Promise<boolean> {
  // Beside it and not in it, where it would be a sign of life by itself.
  const probe = join(directory, '..', `.time-${randomBytes(6).toString('hex')}`)
  try {
    const { mtimeMs } = await stat(join(directory, BEAT_FILE)).catch(() => stat(directory))
    await writeFile(probe, '.', { mode: 0o600 })
    return (await stat(probe)).mtimeMs - mtimeMs > LEASE_MS
  } catch {
    return false
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}

function keepBeating(path: () => string, clock: Clock): { stop(): void } {
  let timer: TimerHandle
  const beat = () => {
    timer = clock.setTimer(() => {
      // Written and not only touched: then the time is the file system's, and not ours.
      writeFile(path(), '.').catch(() => {})
      beat()
    }, BEAT_MS)
  }
  beat()
  return { stop: () => clock.clearTimer(timer) }
}
