import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtin } from '../common/builtin.js'
import type { Clock, TimerHandle } from '../common/clock.js'
import { UNFINISHED } from './destination-folder.js'
import { isMissing } from './fs-error.js'
import { hasProcess, type Identity, isSameKernel, ownIdentity, parseIdentity } from './identity.js'
import { isListening, type LivenessSocket, listenIn } from './liveness-socket.js'
import { makeFolder } from './make-folder.js'
import { readOwnFile } from './own-file.js'
import { promises } from './promises.js'

/** The file with the owner's identity. */
export const OWNER_FILE = 'owner.json'
/** The file whose modification time the owner renews while it lives. */
const LEASE_FILE = 'lease'
const RENEWAL_MS = 15_000
/** An owner that cannot be checked in any other way counts as dead when its lease is older than this, in ms. */
const LEASE_MS = 300_000

/** A folder that this process owns while it lives. */
export interface Owner {
  readonly directory: string
  /** From here on other processes may take over the folder and its content. */
  release(): void
}

/**
 * Creates a folder that shows other processes that its owner lives.
 * @throws the error of the file system
 */
export function claimFolder(destination: string, clock: Clock): Owner {
  const tag = builtin('node:crypto').randomBytes(6).toString('hex')
  const name = `${process.pid}-${tag}`
  const unfinished = join(destination, `${UNFINISHED}${name}`)
  const directory = join(destination, name)
  makeFolder(destination)
  mkdirSync(unfinished, { mode: 0o700 })
  let listening: LivenessSocket | undefined
  try {
    const socket = `${tag}.sock`
    listening = listenIn(unfinished, socket)
    const identity = ownIdentity(listening ? socket : '')
    writeFileSync(join(unfinished, OWNER_FILE), JSON.stringify(identity), { mode: 0o600 })
    writeFileSync(join(unfinished, LEASE_FILE), '.', { mode: 0o600 })
    // The rename makes the folder visible only when it is complete.
    renameSync(unfinished, directory)
  } catch (error) {
    listening?.close()
    rmSync(unfinished, { recursive: true, force: true })
    throw error
  }
  const lease = renewLease(join(directory, LEASE_FILE), clock)
  return {
    directory,
    release: () => {
      lease.stop()
      listening?.close()
    },
  }
}

/** Whether the owner of a folder is certainly dead. */
export async function isAbandoned(directory: string): Promise<boolean> {
  let owner: Identity | undefined
  try {
    owner = parseIdentity(await readOwnFile(join(directory, OWNER_FILE)))
  } catch (error) {
    // An unreadable folder belongs to another user. A missing file names no owner.
    if (!isMissing(error)) return false
  }
  if (owner === undefined) return hasHandleEnded(directory)
  const self = ownIdentity('')
  if (isSameKernel(owner, self) && owner.socket !== '') return !(await isListening(directory, owner.socket))
  const lives = hasProcess(owner, self)
  return lives === undefined ? hasHandleEnded(directory) : !lives
}

/** Compares with the file system's clock, since the clocks of two machines may differ. */
async function hasHandleEnded(directory: string): Promise<boolean> {
  // Next to the folder: a new file inside would change the folder's own time.
  const probe = join(directory, '..', `.time-${builtin('node:crypto').randomBytes(6).toString('hex')}`)
  try {
    const { mtimeMs } = await promises()
      .stat(join(directory, LEASE_FILE))
      .catch(() => promises().stat(directory))
    await promises().writeFile(probe, '.', { mode: 0o600 })
    return (await promises().stat(probe)).mtimeMs - mtimeMs > LEASE_MS
  } catch {
    return false
  } finally {
    await promises()
      .rm(probe, { force: true })
      .catch(() => {})
  }
}

function renewLease(path: string, clock: Clock): { stop(): void } {
  let timer: TimerHandle
  const renew = () => {
    timer = clock.setTimer(() => {
      // Written and not only touched, so that the file system sets the time and not this machine.
      promises()
        .writeFile(path, '.')
        .catch(() => {})
      renew()
    }, RENEWAL_MS)
  }
  renew()
  return { stop: () => clock.clearTimer(timer) }
}
