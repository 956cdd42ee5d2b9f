import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, TimerHandle } from '../common/clock.js'
import { UNFINISHED } from './destination-folder.js'
import { isMissing } from './fs-error.js'
import { hasProcess, type Identity, isSameKernel, ownIdentity, parseIdentity } from './identity.js'
import { isListening, type LivenessSocket, listenIn } from './liveness-socket.js'
import { makeFolder } from './make-folder.js'
import { readOwnFile } from './own-file.js'

/** The file in which an owner says who it is. */
export const OWNER_FILE = 'owner.json'
/** The file whose time its owner renews for as long as it lives. */
const LEASE_FILE = 'lease'
const RENEWAL_MS = 15_000
/** An owner that can be asked in no other way counts as dead when its lease is older than this. */
const LEASE_MS = 300_000

/** A folder of this process, for as long as the process lives. */
export interface Owner {
  readonly directory: string
  /**
   * Moves it into another destination folder.
   * @throws what the file system throws; then it stays where it is
   */
  move(destination: string): void
  /** From here on others may take over the folder and all in it. */
  release(): void
}

/**
 * Makes a folder that shows others that its owner lives.
 * @throws what the file system throws
 */
export function claimFolder(destination: string, clock: Clock): Owner {
  const tag = randomBytes(6).toString('hex')
  const name = `${process.pid}-${tag}`
  const unfinished = join(destination, `${UNFINISHED}${name}`)
  let directory = join(destination, name)
  makeFolder(destination)
  mkdirSync(unfinished, { mode: 0o700 })
  let listening: LivenessSocket | undefined
  try {
    const socket = `${tag}.sock`
    listening = listenIn(unfinished, socket)
    const identity = ownIdentity(listening ? socket : '')
    writeFileSync(join(unfinished, OWNER_FILE), JSON.stringify(identity), { mode: 0o600 })
    writeFileSync(join(unfinished, LEASE_FILE), '.', { mode: 0o600 })
    // Seen by others only when it is complete.
    renameSync(unfinished, directory)
  } catch (error) {
    listening?.close()
    rmSync(unfinished, { recursive: true, force: true })
    throw error
  }
  const lease = renewLease(() => join(directory, LEASE_FILE), clock)
  return {
    get directory() {
      return directory
    },
    move: (destination) => {
      renameSync(directory, join(destination, name))
      directory = join(destination, name)
    },
    release: () => {
      lease.stop()
      listening?.close()
    },
  }
}

/** Whether a folder's owner is certain not to live any more. */
export async function isAbandoned(directory: string): Promise<boolean> {
  let owner: Identity | undefined
  try {
    owner = parseIdentity(await readOwnFile(join(directory, OWNER_FILE)))
  } catch (error) {
    // A folder that we may not read belongs to somebody else; a missing file names no owner.
    if (!isMissing(error)) return false
  }
  if (owner === undefined) return hasHandleEnded(directory)
  const self = ownIdentity('')
  if (isSameKernel(owner, self) && owner.socket !== '') return !(await isListening(directory, owner.socket))
  const lives = hasProcess(owner, self)
  return lives === undefined ? hasHandleEnded(directory) : !lives
}

/** By the file system's own clock, since those of two machines may differ. */
async function hasHandleEnded(directory: string): Promise<boolean> {
  // Beside the folder: within it, the new file would change the folder's own time.
  const probe = join(directory, '..', `.time-${randomBytes(6).toString('hex')}`)
  try {
    const { mtimeMs } = await stat(join(directory, LEASE_FILE)).catch(() => stat(directory))
    await writeFile(probe, '.', { mode: 0o600 })
    return (await stat(probe)).mtimeMs - mtimeMs > LEASE_MS
  } catch {
    return false
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}

function renewLease(path: () => string, clock: Clock): { stop(): void } {
  let timer: TimerHandle
  const renew = () => {
    timer = clock.setTimer(() => {
      // Written and not only touched: then the time is the file system's, and not ours.
      writeFile(path(), '.').catch(() => {})
      renew()
    }, RENEWAL_MS)
  }
  renew()
  return { stop: () => clock.clearTimer(timer) }
}
