import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/**
 * Who owns a folder, in words that others can check. A pid alone proves nothing: containers that share a volume
 * count theirs from 1 each, and numbers are given out again.
 */
export interface Identity {
  readonly pid: number
  readonly thread: number
  readonly host: string
  /** Of this start of this kernel; '' where it has none to show, then the host's name stands for it. */
  readonly boot: string
  /** Within which the pid counts; '' where there is none to show. */
  readonly pids: string
  /** When the process began, in the kernel's ticks; '' where it cannot be told. */
  readonly began: string
  /** Name of the socket it listens on for as long as it lives; '' where it could not have one. */
  readonly socket: string
}

export function ownIdentity(socket: string): Identity {
  return {
    pid: process.pid,
    thread: threadId,
    host: hostname(),
    boot: bootId(),
    pids: pidSpace(),
    began: beginning('self'),
    socket,
  }
}

/** Reads what another has written; undefined when it is no such thing. */
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

/** Whether both run on one kernel: then sockets reach across, whatever containers they live in. */
export function isSameKernel(one: Identity, other: Identity): boolean {
  if (one.boot === '' && other.boot === '') return one.host === other.host
  return one.boot === other.boot
}

/** Whether the process is still there; undefined when its pid means nothing to us. */
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

/** Field 22 of its stat, counted behind the name, which may hold anything. */
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
