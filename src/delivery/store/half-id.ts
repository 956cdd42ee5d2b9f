import { builtin } from '../../common/builtin.js'

/**
 * The id of one half of a batch, a UUID. The same batch always has the same halves: when a process is killed before it
 * has recorded the halves, the next one sends them under the same ids, and the service recognises those it has.
 */
export function halfId(id: string, half: number): string {
  const hash = builtin('node:crypto').createHash('sha256').update(`${id}/${half}`).digest('hex')
  // Version 8 of RFC 9562: the bits are the application's own.
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
