import * as zlib from 'node:zlib'

/** Packed bytes in, and those that were packed out. */
export type Unpacker = zlib.Gunzip | zlib.Inflate

/** Pieces below malloc's threshold for memory of their own (128 KiB) would stay with the process when all are free. */
const CHUNK_BYTES = 256 * 1024
/** Of zstd no larger window is taken: it is memory that a few bytes can ask for. */
const ZSTD_WINDOW_LOG = 23

/** Of Node from 22.15 on. */
interface Zstd {
  createZstdDecompress?(options: object): Unpacker
  readonly constants: { readonly ZSTD_d_windowLogMax?: number }
}

const { createZstdDecompress, constants } = zlib as unknown as Zstd

/** What `Content-Encoding` may say, and what unpacks it. */
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

/** The encodings that are taken, for the answer to another one. */
export const ENCODINGS = [...UNPACKERS.keys()].filter((name) => !name.startsWith('x-')).join(', ')

/** What unpacks a body of that encoding: nothing for one that is not packed, null for an encoding that is not taken. */
export function unpackerOf(encoding: string): Unpacker | undefined | null {
  if (encoding === '' || encoding === 'identity') return undefined
  return UNPACKERS.get(encoding)?.() ?? null
}
