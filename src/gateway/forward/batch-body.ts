import { Buffer } from 'node:buffer'
import { type BatchPath, encodeBatch, headOf, TAIL } from '../../delivery/encode.js'
import { MAX_BATCH_BYTES } from '../../wire/limits.js'

const COMMA = Buffer.from(',')
const ID_LENGTH = 36

/** Bytes of the JSON around the entries. */
const FRAME_BYTES: Readonly<Record<BatchPath, number>> = {
  '/ingest': headOf('/ingest', '0'.repeat(ID_LENGTH)).length + TAIL.length,
  '/ingest/requests': headOf('/ingest/requests', '').length + TAIL.length,
}

/**
 * The entries of one request, each as a byte array: as strings they would take twice the memory. The body consists of
 * these and nothing else, so that no byte of another caller's data can be in it.
 */
export class BatchBody {
  /** The name of the batch within its export, the same on a repeat. */
  name: string
  readonly path: BatchPath
  /** The index of the caller's record for each entry. */
  readonly sources: number[] = []
  readonly #entries: Buffer[] = []
  #byteLength: number

  constructor(name: string, path: BatchPath) {
    this.name = name
    this.path = path
    this.#byteLength = FRAME_BYTES[path]
  }

  /** Length of the body, in bytes. */
  get byteLength(): number {
    return this.#byteLength
  }

  /** Whether the entry fits too. The first entry always does. */
  hasRoom(json: Buffer): boolean {
    return this.sources.length === 0 || this.#byteLength + COMMA.length + json.length <= MAX_BATCH_BYTES
  }

  add(json: Buffer, source: number): void {
    this.#byteLength += json.length + (this.#entries.length > 0 ? COMMA.length : 0)
    this.#entries.push(json)
    this.sources.push(source)
  }

  /** The body of the request. @param batchId a UUID */
  body(batchId: string): Buffer {
    const content = this.#entries.flatMap((entry, index) => (index > 0 ? [COMMA, entry] : [entry]))
    return encodeBatch(this.path, batchId, content)
  }

  /** Two batches with half of the entries each. */
  halves(): [BatchBody, BatchBody] {
    const middle = Math.ceil(this.sources.length / 2)
    return [this.#part(0, middle), this.#part(middle, this.sources.length)]
  }

  #part(from: number, to: number): BatchBody {
    const part = new BatchBody(`${this.name}.${from === 0 ? 0 : 1}`, this.path)
    for (let index = from; index < to; index++) {
      part.add(this.#entries[index] as Buffer, this.sources[index] as number)
    }
    return part
  }
}
