import { readFileSync, readlinkSync } from 'node:fs'
import { builtin } from '../common/builtin.js'

/**
 * Identifies the process that owns a folder, so that other processes can check whether it lives. A pid alone is not
 * enough: containers that share a volume each count from 1, and pids are reused.
 */
export interface Identity {
  readonly pid: number
  readonly thread: number
  readonly host: string
  /** Id of the current boot of the kernel; '' if unknown, then the host name is used. */
  readonly boot: string
  /** Id of the pid namespace; '' if unknown. */
  readonly pids: string
  /** Start time of the process in kernel ticks; '' if unknown. */
  readonly began: string
  /** Name of the socket on which the process listens while it lives; '' if it has none. */
  readonly socket: string
}

export function ownIdentity(socket: string): Identity {
  return {
    pid: process.pid,
    thread: builtin('node:worker_threads').threadId,
    host: builtin('node:os').hostname(),
    boot: bootId(),
    pids: pidSpace(),
    began: beginning('self'),
    socket,
  }
}

/** Parses an identity that another process has written; undefined if the text is not one. */
export function parseIdentity(text: string): Identity | undefined {
  try {
    const { pid, thread, host, boot, pids, began, socket } = JSON.parse(text) as Record<string, unknown>
    const words = { host, boot, pids, began, socket }
    if (typeof pid !== 'number' || typeof thread !== 'number') return undefined
    if (!Object.values(words).every((word) => typeof word === 'string')) return undefined
    return { pid, thread, ...(words as Record<keyof typeof words, string>) }
  } catch {
    return undefined
  }
}

/** Whether both processes run on one kernel, so that a socket reaches from one container to another. */
export function isSameKernel(one: Identity, other: Identity): boolean {
  if (one.boot === '' && other.boot === '') return one.host === other.host
  return one.boot === other.boot
}

/** Whether the process exists; undefined when its pid belongs to another pid namespace. */
export function hasProcess(owner: Identity, self: Identity): boolean | undefined {
  if (owner.boot === '' || owner.pids === '' || owner.began === '') return undefined
  if (owner.boot !== self.boot || owner.pids !== self.pids) return undefined
  return beginning(String(owner.pid)) === owner.began
}

function bootId(): string {
  return readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim())
}

function pidSpace(): string {
  return readOr('', () => readlinkSync('/proc/self/ns/pid'))
}

/** Field 22 of /proc/<pid>/stat, counted from the end of the name: the name may contain spaces and brackets. */
function beginning(pid: string): string {
  return readOr('', () => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  })
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read()
  } catch {
    return fallback
  }
}
