import { createHash } from 'node:crypto'
import { crashEntrance } from './crash.js'
import { warnOnce } from './errors.js'
import { type Options, resolveOptions, type Settings } from './options.js'
import { Pipeline } from './pipeline.js'

/** Under this key a client shows its pipeline to the doors, and to nobody who does not look for it. */
export const PIPELINE = Symbol.for('lognitor.pipeline')

/** Anything with a pipeline behind it: a LognitorClient. */
export interface HasPipeline {
  readonly [PIPELINE]: Pipeline
}

/** What the constructor of a door takes: a client, or a client's options, or nothing for the default client. */
export type DoorOptions = Options & { client?: HasPipeline | undefined }

interface Shared {
  readonly pipeline: Pipeline
  /** Doors that use it. */
  doors: number
  /** A client was made for it, which ends it; else it ends with its last door. */
  hasClient: boolean
}

const shared = new Map<string, Shared>()
let standard: Shared | undefined
let whenDefault: (pipeline: Pipeline) => void = () => {}

/** The default client's pipeline, made from the environment when there was none. */
export function defaultPipeline(): Pipeline {
  return (standard ?? makeDefault(resolveOptions())).pipeline
}

/** Calls back when the default pipeline is made, by `init` or by a door that needs one. */
export function onDefault(made: (pipeline: Pipeline) => void): void {
  whenDefault = made
}

function makeDefault(settings: Settings): Shared {
  standard = open(settings)
  whenDefault(standard.pipeline)
  return standard
}

/**
 * For `init`: the default client's pipeline with these options. A default that doors had made from the
 * environment takes them over; one that `init` had made before stays as it is, and a warning says so.
 */
export function initDefault(options: Options): Pipeline {
  const settings = resolveOptions(options)
  let entry = standard
  if (entry === undefined || entry.pipeline.isClosed) {
    entry = makeDefault(settings)
  } else if (entry.hasClient) {
    warnOnce('LOGNITOR_INIT_TWICE', 'init was called again; the client of the first call stays as it is.')
  } else {
    entry.pipeline.reconfigure(settings)
  }
  entry.hasClient = true
  return entry.pipeline
}

/** A pipeline for a client of its own; doors with the same key and address will share it. */
export function clientPipeline(options: Options): Pipeline {
  const entry = open(resolveOptions(options))
  entry.hasClient = true
  return entry.pipeline
}

/** A door's hold on a pipeline. */
export interface Lease {
  readonly pipeline: Pipeline
  /** Flushes; ends the pipeline too when this was the last door of one that doors had made. Never rejects. */
  end(timeoutMs: number): Promise<boolean>
}

/**
 * The pipeline for a door. Without options it is looked up at the first use, so that a door made before
 * `init` still finds the client that `init` makes.
 * @throws {LognitorError} for a wrong option
 */
export function leaseFor({ client, ...options }: DoorOptions = {}): Lease {
  const isGiven = Object.values(options).some((value) => value !== undefined)
  let entry = client ? { pipeline: client[PIPELINE], doors: 0, hasClient: true } : undefined
  if (!client && isGiven) entry = open(resolveOptions(options))
  if (entry) entry.doors++
  const lookUp = () => {
    if (entry === undefined) {
      defaultPipeline()
      entry = standard as Shared
      entry.doors++
    }
    return entry
  }
  let hasEnded = false
  return {
    get pipeline() {
      return lookUp().pipeline
    },
    async end(timeoutMs) {
      if (entry === undefined || hasEnded) return true
      hasEnded = true
      entry.doors--
      const isLast = entry.doors === 0 && !entry.hasClient
      return isLast ? entry.pipeline.shutdown(timeoutMs) : entry.pipeline.flush(timeoutMs)
    },
  }
}

function open(settings: Settings): Shared {
  if (!settings.apiKey && !settings.transport && settings.enabled) {
    warnOnce(
      'LOGNITOR_NO_API_KEY',
      'No API key: set LOGNITOR_API_KEY or the option apiKey. Until then nothing is sent.',
    )
  }
  // A transport of its own means a destination of its own; so does having none.
  if (!settings.apiKey || settings.transport)
    return { pipeline: openPipeline(settings), doors: 0, hasClient: false }
  const place = createHash('sha256').update(`${settings.apiUrl}\n${settings.apiKey}`).digest('hex')
  const known = shared.get(place)
  if (known && !known.pipeline.isClosed) return known
  const entry = { pipeline: openPipeline(settings), doors: 0, hasClient: false }
  shared.set(place, entry)
  return entry
}

function openPipeline(settings: Settings): Pipeline {
  const pipeline = new Pipeline(settings)
  pipeline.attend(crashEntrance(pipeline))
  return pipeline
}
