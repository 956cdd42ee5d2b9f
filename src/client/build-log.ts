import { isError } from '../common/any-realm.js'
import { didYouMean } from '../config/did-you-mean.js'
import { warnOnce } from '../config/errors.js'
import { toPlain } from '../translate/plain.js'
import { describeThrown, locate, UNKNOWN_ERROR } from '../translate/thrown.js'
import type { Level } from '../wire/level.js'
import type { ErrorDetail, Fields, Log } from '../wire/log.js'
import { asOptions, fields, named, others, text, texts, whole, words } from './input.js'
import type { LogOptions } from './log-options.js'
import { toBreadcrumbs, toPerf, toRequest, toTrace, toUser } from './log-parts.js'

/** The content of a log call. */
export interface CallContent {
  readonly message: unknown
  readonly options: unknown
  /** What was thrown, for a call that reports an error. Any value, undefined included. */
  readonly thrown?: { readonly value: unknown } | undefined
  /** The duration measured by a timer, in milliseconds. */
  readonly durationMs?: number | undefined
}

/** A log as a call builds it, before the pipeline completes it. */
export interface BuiltLog {
  readonly log: Log
  readonly beforeSend?: LogOptions['beforeSend']
  /** The error that was passed; it identifies the failure when it is reported again. */
  readonly thrown?: unknown
  readonly ownStack?: string | undefined
}

/** The names of all options of a log call. */
export const LOG_OPTION_NAMES = [
  'metadata',
  'tags',
  'user',
  'request',
  'perf',
  'trace',
  'deploy',
  'error',
  'action',
  'requestId',
  'sessionId',
  'releaseId',
  'fingerprint',
  'breadcrumbs',
  'notify',
  'notifyChannels',
  'source',
  'device',
  'beforeSend',
] as const satisfies readonly (keyof LogOptions)[]

/** Replaces a thrown `undefined` or `null`, which holds nothing to describe. */
const NOTHING = Object.freeze({ type: 'Error', message: 'Unknown error' })
const NO_MESSAGE = '(no message)'
const NOT_THROWN: Pick<BuiltLog, 'thrown' | 'ownStack'> = Object.freeze({})

/**
 * Builds a wire log of the content of a call. Values that do not fit their field are left out, foreign values become
 * plain data, and nothing is shared with the caller's objects.
 */
export function buildLog(level: Level, content: CallContent, timestamp: string): BuiltLog {
  const { message, options, thrown, durationMs } = content
  const given = asOptions(options)
  const input = readOptions(given)
  const error = thrown ? (thrown.value ?? NOTHING) : (input.error ?? (isError(message) ? message : undefined))
  const log: Log = { level, message: '', timestamp }
  // One statement per field: a function that stores under a name it is given is slower in V8.
  const metadata = withUnknown(given, fields(input.metadata))
  if (metadata !== undefined) log.metadata = metadata
  const described = error === undefined || error === null ? NOT_THROWN : describeError(error, log)
  log.message = toMessage(message, log.error)
  const tags = texts(input.tags)
  if (tags !== undefined) log.tags = tags
  const user = toUser(input.user)
  if (user !== undefined) log.user = user
  const request = toRequest(input.request)
  if (request !== undefined) log.request = request
  const perf = toPerf(input.perf, durationMs)
  if (perf !== undefined) log.perf = perf
  const trace = toTrace(input.trace)
  if (trace !== undefined) log.trace = trace
  putFewUsed(log, input, timestamp)
  const { beforeSend } = input
  const isHook = typeof beforeSend === 'function'
  return {
    log,
    thrown: described.thrown,
    ownStack: described.ownStack,
    beforeSend: isHook ? (beforeSend as LogOptions['beforeSend']) : undefined,
  }
}

type AllOptions = Record<(typeof LOG_OPTION_NAMES)[number], unknown>
type Input = Partial<AllOptions>

const NO_OPTIONS: Input = Object.freeze({})

/** All options, each read once, in an object of one shape. Where a getter or a Proxy throws, they are read one by one. */
function readOptions(options: unknown): Input {
  if (typeof options !== 'object' || options === null) return NO_OPTIONS
  try {
    const { metadata, tags, user, request, perf, trace, deploy, error, action, requestId } = options as Input
    const { sessionId, releaseId, fingerprint, breadcrumbs, notify, notifyChannels } = options as Input
    const { source, device, beforeSend } = options as Input
    return {
      metadata,
      tags,
      user,
      request,
      perf,
      trace,
      deploy,
      error,
      action,
      requestId,
      sessionId,
      releaseId,
      fingerprint,
      breadcrumbs,
      notify,
      notifyChannels,
      source,
      device,
      beforeSend,
      // The type names an option that is missing here.
    } satisfies AllOptions
  } catch {
    return named(options, LOG_OPTION_NAMES)
  }
}

function putFewUsed(log: Log, input: Input, timestamp: string): void {
  if (input.deploy !== undefined) put(log, 'deploy', fields(input.deploy))
  if (input.action !== undefined) put(log, 'action', text(input.action))
  if (input.sessionId !== undefined) put(log, 'session_id', text(input.sessionId))
  if (input.requestId !== undefined) put(log, 'request_id', text(input.requestId))
  if (input.releaseId !== undefined) put(log, 'release_id', text(input.releaseId))
  if (input.fingerprint !== undefined) put(log, 'fingerprint', text(input.fingerprint))
  if (input.breadcrumbs !== undefined) put(log, 'breadcrumbs', toBreadcrumbs(input.breadcrumbs, timestamp))
  if (typeof input.notify === 'boolean') log.notify = input.notify
  if (input.notifyChannels !== undefined) put(log, 'notify_channels', texts(input.notifyChannels))
  if (input.source !== undefined) put(log, 'source', text(input.source))
  if (input.device !== undefined) put(log, 'device', fields(input.device))
}

/** Properties that are not options become metadata too; `metadata` itself wins over them. */
function withUnknown(options: unknown, metadata: Fields | undefined): Fields | undefined {
  const unknown = others(options, LOG_OPTION_NAMES)
  const plain = unknown && fields(unknown)
  if (plain === undefined) return metadata
  const names = Object.keys(plain)
  const [first = ''] = names
  warnOnce(
    'LOGNITOR_UNKNOWN_LOG_OPTION',
    `A log call was given ${names.slice(0, 5).join(', ').slice(0, 200)}, which is not an option of a log and became metadata.${didYouMean(first, LOG_OPTION_NAMES)} Pass fields of your own as { metadata: { ... } }.`,
  )
  return { ...plain, ...metadata }
}

function put<K extends keyof Log>(log: Log, field: K, value: Log[K] | undefined): void {
  if (value !== undefined) log[field] = value
}

function toMessage(message: unknown, error: ErrorDetail | undefined): string {
  const own = isError(message) ? undefined : words(message)
  return (own ?? error?.message) || NO_MESSAGE
}

/** Takes `{ type, message, ... }` as it stands; anything else is described as a thrown value. */
function describeError(error: unknown, log: Log): Pick<BuiltLog, 'thrown' | 'ownStack'> {
  const detail = toErrorDetail(error)
  if (detail !== undefined) {
    log.error = detail
    return NOT_THROWN
  }
  const { error: described, causes, ownStack, code } = describeThrown(error)
  log.error = described
  // A thrown object that is not an Error is kept as fields of its own.
  const isOther = typeof error === 'object' && !isError(error)
  if (causes.length > 0 || code !== undefined || isOther) {
    log.metadata = {
      ...log.metadata,
      ...(causes.length > 0 && { 'error.causes': causes }),
      ...(code !== undefined && { 'error.code': code }),
      ...(isOther && { 'error.thrown': toPlain(error) }),
    }
  }
  return { thrown: error, ownStack }
}

function toErrorDetail(error: unknown): ErrorDetail | undefined {
  if (isError(error)) return undefined
  const input = fields(error)
  if (typeof input?.type !== 'string') return undefined
  const detail: ErrorDetail = { type: input.type, message: text(input.message) ?? UNKNOWN_ERROR }
  const read = <K extends keyof ErrorDetail>(field: K, value: ErrorDetail[K] | undefined) => {
    if (value !== undefined) detail[field] = value
  }
  read('stack', text(input.stack))
  read('filename', text(input.filename))
  read('line_number', whole(input.lineNumber ?? input.line_number))
  read('context_line', text(input.contextLine ?? input.context_line))
  read('pre_context', texts(input.preContext ?? input.pre_context))
  read('post_context', texts(input.postContext ?? input.post_context))
  if (detail.stack !== undefined && detail.filename === undefined) locate(detail, detail.stack)
  return detail
}
