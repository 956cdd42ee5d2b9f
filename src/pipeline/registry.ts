import { isDeepStrictEqual } from 'node:util'
import { hasOtherVersion, shared } from '../common/shared.js'
import { type Copy, replaces, thisCopy } from '../common/this-copy.js'
import { LognitorError, warnOnce } from '../config/errors.js'
import {
  checkOptions,
  expectObject,
  type Options,
  resolveOptions,
  type Settings,
  sealSettings,
} from '../config/options.js'
import { typeInWords } from '../config/show-value.js'
import { createCrashCapture } from './crash-capture.js'
import { Pipeline } from './pipeline.js'

/** Under this key a client shows its pipeline to the entry points, and to nobody who does not look for it. */
export const PIPELINE = Symbol.for('lognitor.pipeline')

/** Anything with a pipeline behind it: a LognitorClient. */
export interface HasPipeline {
  readonly [PIPELINE]: Pipeline
}

/** What the constructor of an entry point takes: a client, or a client's options, or nothing for the default client. */
export type ClientOrOptions = Options & { client?: HasPipeline | undefined }

interface Entry {
  readonly pipeline: Pipeline
  /** Entry points that use it. */
  entryPoints: number
  /** A client was made for it, which ends it; else it ends with its last entry point. */
  hasClient: boolean
}

interface Registry {
  readonly entries: Set<Entry>
  /** The default client's. */
  standard: Entry | undefined
  /** What attends to the end of the process while calls wait for `init`. */
  reserve: Pipeline | undefined
  whenDefault: OnDefault
  /** Which copy has called `init`. */
  initBy: Copy | undefined
}

/** One for all copies of this package: else each would have a default client, a queue and a crash log of its own. */
const registry = shared<Registry>('pipelines', () => ({
  entries: new Set(),
  standard: undefined,
  reserve: undefined,
  whenDefault: () => {},
  initBy: undefined,
}))

/** @param isFinal true when `init` made it, which is the last word on its options */
export type OnDefault = (pipeline: Pipeline, isFinal: boolean) => void

/** The default client's pipeline, made from the environment when there was none. */
export function defaultPipeline(): Pipeline {
  if (registry.standard === undefined) {
    registry.standard = open(resolveOptions())
    tellDefault(registry.standard.pipeline, false)
  }
  return registry.standard.pipeline
}

/**
 * For what waits for `init`: from now on the end of the process is attended to by a pipeline of the environment's,
 * which is the default one if nobody has made another until then. False where the environment has no key.
 */
export function reserveDefault(): boolean {
  if (registry.reserve !== undefined) return true
  if (registry.standard !== undefined) return false
  // A spool is a folder of the process's own, and this one may never have anything to keep.
  const { spool: _spool, ...settings } = resolveOptions()
  if (!settings.apiKey || !settings.enabled) return false
  const pipeline = new Pipeline(sealSettings(settings))
  const describe = createCrashCapture(pipeline)
  registry.reserve = pipeline
  pipeline.beforeEnd(useReserve)
  pipeline.attend((thrown) => {
    const write = describe(thrown)
    return (endsProcess) => {
      // Where the process goes on, `init` may still come. A client of another's logs its crash by itself.
      if (pipeline === registry.reserve && (!endsProcess || registry.entries.size > 0)) return
      useReserve()
      write(endsProcess)
    }
  })
  return true
}

function useReserve(): void {
  if (registry.reserve === undefined) return
  const pipeline = registry.reserve
  registry.reserve = undefined
  pipeline.reconfigure(resolveOptions())
  registry.standard = entryOf(pipeline)
  registry.entries.add(registry.standard)
  registry.whenDefault(pipeline, false)
}

/** There is a default now. What was in reserve has nothing, and goes. */
function tellDefault(pipeline: Pipeline, isFinal: boolean): void {
  const spare = registry.reserve
  registry.reserve = undefined
  void spare?.shutdown(0)
  registry.whenDefault(pipeline, isFinal)
}

/**
 * Calls back when the default pipeline is made or gets other options, by `init` or by an entry point that needs one; at once when
 * there is one already.
 */
export function onDefault(made: OnDefault): void {
  registry.whenDefault = made
  const { standard } = registry
  if (standard !== undefined) made(standard.pipeline, standard.hasClient)
}

/**
 * For `init`: the default client's pipeline with these options. A default that entry points had made from the
 * environment takes them over; one that `init` had made before stays as it is, and a warning says so. After a reset of the
 * modules `init` counts again.
 */
export function initDefault(options: Options): Pipeline {
  const settings = resolveOptions(options)
  const before = registry.standard?.pipeline.isEnding ? undefined : registry.standard
  if (before?.hasClient && !replaces(registry.initBy)) {
    warnOnce('LOGNITOR_INIT_TWICE', 'init was called again; the client of the first call stays as it is.')
    return before.pipeline
  }
  registry.initBy = thisCopy
  const entry = canTake(before, settings) ? before : openFor('client', options, settings)
  if (entry === before) {
    warnWithoutKey(settings)
    reconfigure(entry.pipeline, settings)
  } else if (before?.entryPoints === 0) {
    // Nobody has it any more.
    void before.pipeline.shutdown(REPLACED_MS)
  }
  entry.hasClient = true
  registry.standard = entry
  tellDefault(entry.pipeline, true)
  return entry.pipeline
}

const REPLACED_MS = 10_000

/** What a client holds that was made before a reset of the modules stays with its key and address. */
function canTake(before: Entry | undefined, settings: Settings): before is Entry {
  return before !== undefined && (!before.hasClient || goesTo(before.pipeline.settings, settings))
}

/**
 * Other options from now on; those not named stay.
 * @throws {LognitorError} for a wrong option
 */
export function reconfigurePipeline(pipeline: Pipeline, options: Options): void {
  reconfigure(pipeline, { ...pipeline.settings, ...checkOptions(options, pipeline.settings) })
  if (registry.standard?.pipeline === pipeline) registry.whenDefault(pipeline, false)
}

/** What cannot change any more stays as it is, and is told. */
function reconfigure(pipeline: Pipeline, settings: Settings): void {
  const { spool } = pipeline.settings
  const isFixed = spool !== undefined && !isDeepStrictEqual(spool, settings.spool)
  if (isFixed) {
    warnOnce(
      'LOGNITOR_OPTIONS_IGNORED',
      'Ignored, since the client has a spool already, which stays until it ends: spool.',
      'spool',
    )
  }
  pipeline.reconfigure(sealSettings(isFixed ? { ...settings, spool } : { ...settings }))
}

/** A pipeline for a client of its own; entry points with the same key and address will share it. */
export function clientPipeline(options: Options): Pipeline {
  const entry = openFor('client', options)
  entry.hasClient = true
  return entry.pipeline
}

/**
 * The one that goes where these options say, made if need be. What entry points alone have made takes a client's options,
 * and keeps of the entry points' what these do not name.
 */
function openFor(who: 'client' | 'door', options: Options, settings = resolveOptions(options)): Entry {
  const known = find(settings)
  if (known === undefined) return open(settings)
  if (who === 'client' && !known.hasClient) reconfigurePipeline(known.pipeline, options)
  else warnOfOthers(known, options, settings)
  return known
}

/** An entry point's hold on a pipeline. */
export interface PipelineHandle {
  /** That of now: where its client has ended and another has taken its place, the other's. */
  readonly pipeline: Pipeline
  /** Whether there is a pipeline already, so that looking at it makes none. */
  readonly isOpen: boolean
  /** Flushes; ends the pipeline too when this was the last entry point of one that entry points had made. Never rejects. */
  end(timeoutMs: number): Promise<boolean>
}

/**
 * The pipeline for an entry point. Without options it is looked up at the first use, so that an entry point made before
 * `init` still finds the client that `init` makes.
 * @throws {LognitorError} for a wrong option
 */
export function handleFor(given: ClientOrOptions = {}): PipelineHandle {
  expectObject(given)
  const { client, ...options } = given
  const isGiven = Object.values(options).some((value) => value !== undefined)
  let entry = client ? { pipeline: pipelineOf(client), entryPoints: 0, hasClient: true } : undefined
  if (!client && isGiven) entry = openFor('door', options)
  if (entry) entry.entryPoints++
  const hold = (next: Entry) => {
    if (entry !== undefined) entry.entryPoints--
    next.entryPoints++
    entry = next
    return next
  }
  const lookUp = () => {
    if (entry === undefined) {
      defaultPipeline()
      return hold(registry.standard as Entry)
    }
    if (client || !entry.pipeline.isEnding) return entry
    const successor = isGiven ? find(resolveOptions(options)) : registry.standard
    return successor === undefined || successor === entry ? entry : hold(successor)
  }
  let hasEnded = false
  return {
    get pipeline() {
      return lookUp().pipeline
    },
    get isOpen() {
      return entry !== undefined || registry.standard !== undefined
    },
    async end(timeoutMs) {
      if (entry === undefined || hasEnded) return true
      hasEnded = true
      entry.entryPoints--
      const isLast = entry.entryPoints === 0 && !entry.hasClient
      return isLast ? entry.pipeline.shutdown(timeoutMs) : entry.pipeline.flush(timeoutMs)
    },
  }
}

function pipelineOf(client: HasPipeline): Pipeline {
  const pipeline = client[PIPELINE] as Pipeline | undefined
  if (pipeline !== undefined) return pipeline
  // It may be the key, given for the client.
  const got = typeof client === 'object' ? 'another object' : typeInWords(client)
  throw new LognitorError('LOGNITOR_BAD_OPTION', `Option "client": expected what init returned, got ${got}.`)
}

/** The one that goes to the same place already. */
function find(settings: Settings): Entry | undefined {
  // A transport of its own means a destination of its own; so does having none.
  if (!settings.apiKey || settings.transport) return undefined
  for (const entry of registry.entries) {
    if (entry.pipeline.isEnding) registry.entries.delete(entry)
    else if (goesTo(entry.pipeline.settings, settings)) return entry
  }
  return undefined
}

function open(settings: Settings): Entry {
  warnWithoutKey(settings)
  const entry = entryOf(openPipeline(settings))
  if (settings.apiKey && !settings.transport) registry.entries.add(entry)
  return entry
}

/** One client has one set of options: what a later one wants otherwise must not be lost without a word. */
function warnOfOthers({ pipeline }: Entry, given: Options, settings: Settings): void {
  const names = (Object.keys(given) as (keyof Options)[]).filter(
    (name) => given[name] !== undefined && !isDeepStrictEqual(settings[name], pipeline.settings[name]),
  )
  if (names.length === 0) return
  warnOnce(
    'LOGNITOR_OPTIONS_IGNORED',
    `Ignored, since another client or entry point has the same key and address and its options hold for both: ${names.join(', ')}.`,
    names.join(),
  )
}

function entryOf(pipeline: Pipeline): Entry {
  return { pipeline, entryPoints: 0, hasClient: false }
}

/** Asked of what holds now: `reconfigure` may have sent a pipeline elsewhere. */
function goesTo(settings: Settings, { apiKey, apiUrl }: Settings): boolean {
  return settings.apiKey === apiKey && settings.apiUrl === apiUrl && !settings.transport
}

function warnWithoutKey({ apiKey, transport, enabled }: Settings): void {
  if (apiKey || transport || !enabled) return
  warnOnce(
    'LOGNITOR_NO_API_KEY',
    'No API key: set LOGNITOR_API_KEY or the option apiKey. Until then nothing is sent.',
  )
}

function openPipeline(settings: Settings): Pipeline {
  if (hasOtherVersion()) {
    warnOnce(
      'LOGNITOR_TWO_VERSIONS',
      'Two versions of @lognitor/opentelemetry are loaded that cannot share one client: each sends its own logs and logs a ' +
        'crash by itself. Install one version (npm ls @lognitor/opentelemetry shows who brings them).',
    )
  }
  const pipeline = new Pipeline(settings)
  pipeline.attend(createCrashCapture(pipeline))
  return pipeline
}
