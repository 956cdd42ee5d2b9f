import { closeSync, openSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { clearTimeout, setTimeout } from '../common/clock.js'

/** The kernels' bound on the length of a socket's path, less its end. */
const LONGEST_PATH = 100
const ANSWER_TIMEOUT_MS = 1000

/** A socket that is open for as long as its process lives; the kernel closes it when the process dies. */
export interface LivenessSocket {
  close(): void
}

/** Listens in the folder under that name; undefined where the system or the file system has no such thing. */
export function listenIn(directory: string, name: string): LivenessSocket | undefined {
  const address = reachable(directory, name)
  let server: Server | undefined
  try {
    server = createServer((socket) => socket.on('error', () => {}).destroy())
    server.on('error', () => {})
    // Exclusive: in a cluster the primary would hold it otherwise, and outlive us.
    server.listen({ path: address.path, exclusive: true })
    server.unref()
    if (!server.listening) throw new Error('Not listening')
  } catch {
    server?.close()
    address.close()
    return undefined
  }
  const listening = server
  return {
    close: () => {
      listening.close()
      address.close()
    },
  }
}

/** Whether the socket's process lives: false only where it is certain that nobody listens. */
export function isListening(directory: string, name: string): Promise<boolean> {
  const address = reachable(directory, name)
  return new Promise((resolve) => {
    const socket = connect(address.path)
    const end = (isThere: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      address.close()
      resolve(isThere)
    }
    const timer = setTimeout(() => end(true), ANSWER_TIMEOUT_MS).unref()
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
