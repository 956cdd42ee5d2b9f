import * as zlib from 'node:zlib'

/** A stream that takes compressed bytes and gives decompressed ones. */
export type Unpacker = zlib.Gunzip | zlib.Inflate

/** Chunks below malloc's mmap threshold (128 KiB) would stay with the process after they are freed. */
const CHUNK_BYTES = 256 * 1024
/** Largest zstd window that is accepted: a few bytes can otherwise ask for much memory. */
const ZSTD_WINDOW_LOG = 23

/** Available in Node from 22.15 on. */
interface Zstd {
  createZstdDecompress?(options: object): Unpacker
  readonly constants: { readonly ZSTD_d_windowLogMax?: number }
}

const { createZstdDecompress, constants } = zlib as unknown as Zstd

/** The decompressor for each `Content-Encoding`. */
const UNPACKERS: ReadonlyMap<string, () => Unpacker> = new Map<string, () => Unpacker>([
  ['gzip', () => zlib.createGunzip({ chunkSize: CHUNK_BYTES })],
  ['x-gzip', () => zlib.createGunzip({ chunkSize: CHUNK_BYTES })],
  ['deflate', () => zlib.createInflate({ chunkSize: CHUNK_BYTES })],
  ['zlib', () => zlib.createInflate({ chunkSize: CHUNK_BYTES })],
  ...(createZstdDecompress === undefined
    ? []
    : [
        [
          'zstd',
          () =>
            createZstdDecompress({
              chunkSize: CHUNK_BYTES,
              params: { [constants.ZSTD_d_windowLogMax as number]: ZSTD_WINDOW_LOG },
            }),
        ] as const,
      ]),
])

/** The accepted encodings, for the answer to another one. */
export const ENCODINGS = [...UNPACKERS.keys()].filter((name) => !name.startsWith('x-')).join(', ')

/**
 * The decompressor for an encoding: undefined when the body is not compressed, null when the encoding is not accepted.
 */
export function unpackerOf(encoding: string): Unpacker | undefined | null {
  if (encoding === '' || encoding === 'identity') return undefined
  return UNPACKERS.get(encoding)?.() ?? null
}
