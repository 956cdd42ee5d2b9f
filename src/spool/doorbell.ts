import { closeSync, openSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { clearTimeout, setTimeout } from '../clock.js'

/** The kernels' bound on the length of a socket's path, less its end. */
const LONGEST_PATH = 100
const PATIENCE_MS = 1000

/** Something that is held for as long as a process lives, and let go of by the kernel when it dies. */
export interface Doorbell {
  close(): void
}

/** Listens in the folder under that name; undefined where the system or the file system has no such thing. */
export function hangDoorbell(directory: string, name: string): Doorbell | undefined {
  const reach = reachable(directory, name)
  let server: Server | undefined
  try {
    server = createServer((socket) => socket.on('error', () => {}).destroy())
    server.on('error', () => {})
    // Exclusive: in a cluster the primary would hold it otherwise, and outlive us.
    server.listen({ path: reach.path, exclusive: true })
    server.unref()
    if (!server.listening) throw new Error('Not listening')
  } catch {
    server?.close()
    reach.close()
    return undefined
  }
  const listening = server
  return {
    close: () => {
      listening.close()
      reach.close()
    },
  }
}

/** Whether somebody listens: false only when it is certain that nobody does. */
export function ringDoorbell(directory: string, name: string): Promise<boolean> {
  const reach = reachable(directory, name)
  return new Promise((resolve) => {
    const socket = connect(reach.path)
    const end = (isThere: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      reach.close()
      resolve(isThere)
    }
    const timer = setTimeout(() => end(true), PATIENCE_MS).unref()
    socket.unref()
    socket.on('connect', () => end(true))
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code !== 'ECONNREFUSED' && code !== 'ENOENT'))
  })
}

/** A path short enough for a socket. Linux takes one through the folder's open descriptor. */
function reachable(directory: string, name: string): { path: string; close(): void } {
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${name}`, close: () => {} }
  const path = join(directory, name)
  if (Buffer.byteLength(path) <= LONGEST_PATH || process.platform !== 'linux')
    return { path, close: () => {} }
  try {
    let descriptor: number | undefined = openSync(directory, 'r')
    const close = () => {
      // Once: the number may belong to somebody else by now.
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    }
    return { path: `/proc/self/fd/${descriptor}/${name}`, close }
  } catch {
    return { path, close: () => {} }
  }
}
