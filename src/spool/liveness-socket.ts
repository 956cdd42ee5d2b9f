import { closeSync, openSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { builtin } from '../common/builtin.js'
import { clearTimeout, setTimeout } from '../common/clock.js'

/** The limit of a socket's path length in all kernels, without the closing NUL. */
const LONGEST_PATH = 100
const ANSWER_TIMEOUT_MS = 1000

/** A socket that is open while its process lives. The kernel closes it when the process dies. */
export interface LivenessSocket {
  close(): void
}

/** Listens on a socket of that name in the folder; undefined if the system or file system has no such sockets. */
export function listenIn(directory: string, name: string): LivenessSocket | undefined {
  const address = reachable(directory, name)
  let server: Server | undefined
  try {
    server = builtin('node:net').createServer((socket) => socket.on('error', () => {}).destroy())
    server.on('error', () => {})
    // Exclusive: in a cluster the primary would hold the socket otherwise, and outlive this worker.
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

/** Resolves to false only if certainly nobody listens on the socket. */
export function isListening(directory: string, name: string): Promise<boolean> {
  const address = reachable(directory, name)
  return new Promise((resolve) => {
    const socket = builtin('node:net').connect(address.path)
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

/** A path that is short enough for a socket. On Linux a long one goes through the folder's open descriptor. */
function reachable(directory: string, name: string): { path: string; close(): void } {
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${name}`, close: () => {} }
  const path = join(directory, name)
  if (Buffer.byteLength(path) <= LONGEST_PATH || process.platform !== 'linux')
    return { path, close: () => {} }
  try {
    let descriptor: number | undefined = openSync(directory, 'r')
    const close = () => {
      // Only once: the descriptor's number may be reused.
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    }
    return { path: `/proc/self/fd/${descriptor}/${name}`, close }
  } catch {
    return { path, close: () => {} }
  }
}
