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
import { type HasPipeline, PIPELINE } from './brand.js'
import { createCrashCapture } from './crash-capture.js'
import { loadedSettings, prepare } from './load-parts.js'
import { Pipeline } from './pipeline.js'

/** What the constructor of an entry point takes: a client, a client's options, or nothing for the default client. */
export type ClientOrOptions = Options & { client?: HasPipeline | undefined }

interface Entry {
  readonly pipeline: Pipeline
  /** Number of entry points that use the pipeline. */
  entryPoints: number
  /** A client uses the pipeline and ends it; else the last entry point does. */
  hasClient: boolean
}

interface Registry {
  readonly entries: Set<Entry>
  /** The default client's entry. */
  standard: Entry | undefined
  /** The pipeline that handles the end of the process while calls wait for `init`. */
  reserve: Pipeline | undefined
  whenDefault: OnDefault
  /** The copy of this package that has called `init`. */
  initBy: Copy | undefined
}

/** Shared by all copies of this package: else each would have a default client, a queue and a crash log of its own. */
const registry = shared<Registry>('pipelines', () => ({
  entries: new Set(),
  standard: undefined,
  reserve: undefined,
  whenDefault: () => {},
  initBy: undefined,
}))

/**
 * @param isFinal true when `init` made the pipeline, so that its options do not change any more
 */
export type OnDefault = (pipeline: Pipeline, isFinal: boolean) => void

/** The default client's pipeline; created from the environment if there is none. Never throws. */
export function defaultPipeline(): Pipeline {
  if (registry.standard === undefined) {
    registry.standard = open(loadedSettings(resolveOptions()))
    notifyDefault(registry.standard.pipeline, false)
  }
  return registry.standard.pipeline
}

/** All pipelines that send to Lognitor and have not been ended. */
export function openPipelines(): readonly Pipeline[] {
  return [...registry.entries].map(({ pipeline }) => pipeline)
}

/**
 * Handles the end of the process for calls that wait for `init`, with a pipeline that is configured by the environment.
 * It becomes the default one if nobody has made another until then. @returns false if the environment has no key
 */
export function reserveDefault(): boolean {
  if (registry.reserve !== undefined) return true
  if (registry.standard !== undefined) return false
  const settings = loadedSettings(resolveOptions())
  if (!settings.apiKey || !settings.enabled) return false
  // Without a spool: a spool creates a folder, and this pipeline may never have anything to store.
  const { spool: _spool, ...inMemory } = settings
  const pipeline = new Pipeline(sealSettings(inMemory))
  const describe = createCrashCapture(pipeline)
  registry.reserve = pipeline
  pipeline.beforeEnd(useReserve)
  pipeline.watchEnd((thrown) => {
    const write = describe(thrown)
    return (endsProcess) => {
      // If the process goes on, `init` may still be called. If there is a client, that client logs the crash.
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
  pipeline.reconfigure(loadedSettings(resolveOptions()))
  registry.standard = entryOf(pipeline)
  registry.entries.add(registry.standard)
  registry.whenDefault(pipeline, false)
}

/** There is a default pipeline now. The reserve pipeline holds nothing and is closed. */
function notifyDefault(pipeline: Pipeline, isFinal: boolean): void {
  const spare = registry.reserve
  registry.reserve = undefined
  void spare?.shutdown(0)
  registry.whenDefault(pipeline, isFinal)
}

/**
 * Calls `made` when the default pipeline is created or reconfigured, by `init` or by an entry point that needs one; at
 * once if there is one already.
 */
export function onDefault(made: OnDefault): void {
  registry.whenDefault = made
  const { standard } = registry
  if (standard !== undefined) made(standard.pipeline, standard.hasClient)
}

/**
 * The default client's pipeline with the options of `init`. A default pipeline that entry points have created from the
 * environment is reconfigured. One that `init` has created stays as it is, with a warning. After a reset of the modules
 * `init` counts again.
 */
export function initDefault(options: Options): Pipeline {
  return makeDefault(options, resolveOptions(options))
}

/** As {@link initDefault} without options, at the end of a program that has not called `init`. Never throws. */
export function initAtEnd(): void {
  makeDefault({}, loadedSettings(resolveOptions()))
}

function makeDefault(options: Options, settings: Settings): Pipeline {
  const before = registry.standard?.pipeline.isEnding ? undefined : registry.standard
  if (before?.hasClient && !replaces(registry.initBy)) {
    warnOnce(
      'LOGNITOR_INIT_TWICE',
      'init was called again; the client of the first call stays as it is. The later options have no effect: call init once, or reconfigure of the client.',
    )
    return before.pipeline
  }
  registry.initBy = thisCopy
  const entry = canTake(before, settings) ? before : openFor('client', options, settings)
  if (entry === before) {
    warnWithoutKey(settings)
    reconfigure(entry.pipeline, settings)
  } else if (before?.entryPoints === 0) {
    // Nobody uses the former pipeline any more.
    void before.pipeline.shutdown(REPLACED_MS)
  }
  entry.hasClient = true
  registry.standard = entry
  notifyDefault(entry.pipeline, true)
  return entry.pipeline
}

const REPLACED_MS = 10_000

/** A client made before a reset of the modules keeps its key and address. */
function canTake(before: Entry | undefined, settings: Settings): before is Entry {
  return before !== undefined && (!before.hasClient || goesTo(before.pipeline.settings, settings))
}

/**
 * Changes the options that are named; the others stay.
 * @throws LognitorError for a wrong option
 */
export function reconfigurePipeline(pipeline: Pipeline, options: Options): void {
  reconfigure(pipeline, { ...pipeline.settings, ...checkOptions(options, pipeline.settings) })
  if (registry.standard?.pipeline === pipeline) registry.whenDefault(pipeline, false)
}

/** Options that cannot be changed any more stay, with a warning. */
function reconfigure(pipeline: Pipeline, settings: Settings): void {
  const { spool } = pipeline.settings
  const isFixed = spool !== undefined && !isDeepStrictEqual(spool, settings.spool)
  if (isFixed) {
    warnOnce(
      'LOGNITOR_OPTIONS_IGNORED',
      'Ignored, since the client has a spool already, which cannot be changed (set it in the first call of init, and restart): spool.',
      'spool',
    )
  }
  pipeline.reconfigure(sealSettings(isFixed ? { ...settings, spool } : { ...settings }))
}

/** A pipeline for a client of its own; entry points with the same key and address share it. */
export function clientPipeline(options: Options): Pipeline {
  const entry = openFor('client', options)
  entry.hasClient = true
  return entry.pipeline
}

/**
 * Finds or creates the pipeline for the destination of these options. A pipeline created by entry points alone takes
 * the client's options; those that the client does not name stay.
 */
function openFor(who: 'client' | 'entry point', options: Options, settings = resolveOptions(options)): Entry {
  const known = find(settings)
  if (known === undefined) return open(settings)
  if (who === 'client' && !known.hasClient) reconfigurePipeline(known.pipeline, options)
  else warnOfOthers(known, options, settings)
  return known
}

/** An entry point's reference to a pipeline. */
export interface PipelineHandle {
  /** The current pipeline: if its client has been closed and another has taken its target, that client's. */
  readonly pipeline: Pipeline
  /** Whether a pipeline exists, so that reading `pipeline` creates none. */
  readonly isOpen: boolean
  /** Flushes. Also closes the pipeline if this was its last entry point and no client uses it. Never rejects. */
  end(timeoutMs: number): Promise<boolean>
}

/**
 * The pipeline for an entry point. Without options the pipeline is looked up at first use, so that an entry point made
 * before `init` finds the client that `init` makes.
 * @throws LognitorError for a wrong option
 */
export function handleFor(given: ClientOrOptions = {}): PipelineHandle {
  expectObject(given)
  const { client, ...options } = given
  const isGiven = Object.values(options).some((value) => value !== undefined)
  let entry = client ? { pipeline: pipelineOf(client), entryPoints: 0, hasClient: true } : undefined
  if (!client && isGiven) entry = openFor('entry point', options)
  // The first record may create the default client, when the files are gone.
  if (!client && !isGiven && registry.standard === undefined) prepare(resolveOptions())
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

/** The pipeline of a client; undefined without a client, and for an object that is none. */
export function pipelineIn(client: HasPipeline | undefined): Pipeline | undefined {
  return client?.[PIPELINE] as Pipeline | undefined
}

/** @throws LognitorError for an object that is no client */
export function pipelineOf(client: HasPipeline): Pipeline {
  const pipeline = pipelineIn(client)
  if (pipeline !== undefined) return pipeline
  // The value may be the API key, passed by mistake, and is not shown.
  const got = typeof client === 'object' ? 'another object' : typeInWords(client)
  throw new LognitorError('LOGNITOR_BAD_OPTION', `Option "client": expected what init returned, got ${got}.`)
}

/** The open pipeline with the same destination. */
function find(settings: Settings): Entry | undefined {
  // A pipeline with its own transport, or without a key, is never shared.
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

/** A pipeline has one set of options. Warns of a later client whose options differ and are ignored. */
function warnOfOthers({ pipeline }: Entry, given: Options, settings: Settings): void {
  const names = (Object.keys(given) as (keyof Options)[]).filter(
    (name) => given[name] !== undefined && !isDeepStrictEqual(settings[name], pipeline.settings[name]),
  )
  if (names.length === 0) return
  warnOnce(
    'LOGNITOR_OPTIONS_IGNORED',
    `Ignored, since another client or entry point has the same key and address and its options hold for both: ${names.join(', ')}. Set these options in the first of the two, or call reconfigure of its client.`,
    names.join(),
  )
}

function entryOf(pipeline: Pipeline): Entry {
  return { pipeline, entryPoints: 0, hasClient: false }
}

/** Compares with the current settings, since `reconfigure` may have changed the destination. */
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
        'crash by itself. Install one version (npm ls @lognitor/opentelemetry shows which packages depend on them).',
    )
  }
  const pipeline = new Pipeline(settings)
  pipeline.watchEnd(createCrashCapture(pipeline))
  return pipeline
}
