import { createHash } from 'node:crypto'
import { ID_BYTES } from './decode/written-logs.js'
import type { StableIds } from './forward/stable-ids.js'

/** What all ids of one request have in common. Behind it is the position of the log. */
const STEM_LENGTH = 28
const HEX = Buffer.from('0123456789abcdef')

/**
 * Derives ids from a request: from the SHA-256 of its unpacked body, its signal, and the caller's own key when it has
 * one. The same request gives the same ids in every process, so that a repeat can be recognised.
 */
export function stableIdsOf(bodyHash: Uint8Array, signal: string, ownKey = ''): StableIds {
  const hash = createHash('sha256').update(`${signal}\n${ownKey}\n`).update(bodyHash).digest()
  const hex = hash.toString('hex')
  const stem = uuid(hex).slice(0, STEM_LENGTH)
  const stemBytes = Buffer.from(stem)
  const [first, second] = [hash.readUInt32BE(16), hash.readUInt32BE(20)]
  return {
    logId: (position) => stem + position.toString(16).padStart(8, '0'),
    writeLogId: (position, into, at) => {
      for (let index = 0; index < STEM_LENGTH; index++) into[at + index] = stemBytes[index] as number
      for (let index = 0; index < ID_BYTES - STEM_LENGTH; index++)
        into[at + ID_BYTES - 1 - index] = HEX[(position >>> (4 * index)) & 15] as number
    },
    batchId: (name) => uuid(createHash('sha256').update(`${hex} ${name}`).digest('hex')),
    roll: (position) => mix(first, second, position) / 2 ** 32,
  }
}

/** The first half of a hash as a UUID of version 8, whose bits the maker may choose freely. */
function uuid(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** 32 bits that look random for each position: the finalizer of MurmurHash3 over a counter. */
function mix(first: number, second: number, position: number): number {
  let bits = (first + Math.imul(position, 0x9e37_79b1)) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b)
  bits = Math.imul(bits ^ second ^ (bits >>> 13), 0xc2b2_ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
