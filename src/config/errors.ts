import { setImmediate } from '../common/clock.js'
import { shared } from '../common/shared.js'
import { beginSelfLogging } from '../diagnostics/self-log-guard.js'
import { didYouMean } from './did-you-mean.js'

/** Errors we throw, by their stable code. */
export const ERRORS = {
  LOGNITOR_BAD_OPTION: 'An option has a value it cannot have.',
  LOGNITOR_UNKNOWN_OPTION: 'An option that does not exist was given.',
  LOGNITOR_ADDRESS_IN_USE: 'The address to listen on is taken.',
  LOGNITOR_GATEWAY_UNPROTECTED: 'The gateway would listen beyond loopback without a token.',
} as const

/** Process warnings, by their stable code: the few states an operator has to learn of. */
export const WARNINGS = {
  LOGNITOR_NO_API_KEY: 'No API key was given; nothing is sent.',
  LOGNITOR_BAD_ENVIRONMENT: 'An environment variable has a value it cannot have and was ignored.',
  LOGNITOR_UNKNOWN_VARIABLE: 'An environment variable begins with LOGNITOR_ and is read by nobody.',
  LOGNITOR_UNKNOWN_LOG_OPTION: 'A log call was given a field that is no option; it became metadata.',
  LOGNITOR_UNKNOWN_HTTP_OPTION:
    'LognitorHttpInstrumentation was given an option that neither it nor HttpInstrumentation is known to have.',
  LOGNITOR_LIKELY_SECONDS: 'An option in milliseconds has a value that looks like seconds.',
  LOGNITOR_INIT_TWICE: 'init was called again; the first client stays.',
  LOGNITOR_OPTIONS_IGNORED:
    'A client or entry point has the key of another one; its differing options were ignored.',
  LOGNITOR_KEY_REFUSED: 'Lognitor refused the API key; logs are held within the queue.',
  LOGNITOR_WRONG_ADDRESS: 'The address does not answer like Lognitor; logs are held within the queue.',
  LOGNITOR_TRANSPORT_FAULT:
    'A request failed here and not in the network, or its answer could not be read; logs are held within the queue.',
  LOGNITOR_UNREACHABLE: 'Lognitor cannot be reached; logs are held within the queue.',
  LOGNITOR_PROXY_UNUSABLE:
    'The environment names a proxy that cannot be used; logs are delivered without it.',
  LOGNITOR_LOST_AT_END: 'Logs were lost because the process or the client ended before they were delivered.',
  LOGNITOR_NO_EXIT_DELIVERY:
    'Node may start no worker threads, so that process.exit loses what is undelivered.',
  LOGNITOR_CONSOLE_ONLY: 'The application logs by console alone, which no instrumentation hands on.',
  LOGNITOR_LOG_TOO_LARGE: 'A log was over the size limit and was dropped.',
  LOGNITOR_INVALID_LEVEL: 'A log call named a level that does not exist.',
  LOGNITOR_TWO_HTTP_INSTRUMENTATIONS: 'Two HTTP instrumentations are active.',
  LOGNITOR_TWO_VERSIONS: 'Two versions of this package are loaded that cannot share one client.',
  LOGNITOR_SPOOL_UNAVAILABLE:
    'The spool cannot be written, and logs are held in memory only; or a part of it cannot be read, and stays there.',
  LOGNITOR_MISSING_PEER: 'A package that this entry point could use is not installed, or cannot be loaded.',
  LOGNITOR_INBOX_DATA: 'The file of the inbox could not be read or written in full.',
  LOGNITOR_NOT_STARTED: 'OpenTelemetry, or a part of it, could not be started; the application runs without.',
  LOGNITOR_LOADED_TOO_LATE: 'OpenTelemetry was set up after something that it instruments was loaded.',
  LOGNITOR_TWO_SDKS: 'Another OpenTelemetry SDK runs beside zero code.',
  LOGNITOR_EXPORT_STOPPED: 'An export that the environment names does not happen.',
} as const

/** The stable code of an error of ours: `error.code`. */
export type ErrorCode = keyof typeof ERRORS
/** The stable code of a process warning of ours: `warning.code` in `process.on('warning')`. */
export type WarningCode = keyof typeof WARNINGS

/**
 * Thrown by constructors, `init`, `reconfigure`, `withLognitor`, `startGateway`, `startInbox` and an inbox's `faults`,
 * and by nothing else.
 */
export const LognitorError = shared(
  'LognitorError',
  () =>
    class LognitorError extends Error {
      override readonly name = 'LognitorError'
      readonly code: ErrorCode

      constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
        super(message, options)
        this.code = code
      }
    },
)
/** One class for all copies of this package, so that `instanceof` holds between them. */
export type LognitorError = InstanceType<typeof LognitorError>

/**
 * For an option that does not exist.
 * @param saying how the sentence begins: `The gateway has no option`
 * @param hint how it ends, after those that are known
 */
export function unknownOption(
  saying: string,
  name: string,
  known: readonly string[],
  hint = '',
): LognitorError {
  return new LognitorError(
    'LOGNITOR_UNKNOWN_OPTION',
    `${saying} "${name}".${didYouMean(name, known)} Known are: ${known.join(', ')}${hint}.`,
  )
}

const warned = shared('warnings', () => new Set<string>())

/**
 * A coded process warning on stderr, once per code and key. A warning and not a diag line, because
 * diag is mute until the app gives it a logger. Goes through `process.emitWarning`, so that
 * `--no-warnings` and a `warning` listener work as for Node's own.
 */
export function warnOnce(code: WarningCode, message: string, key = ''): void {
  const warning = newWarning(code, message, key)
  if (warning !== undefined) emitLater(warning)
}

/** The same at the end of the process, which the next tick may not live to see: the listeners are called at once. */
export function warnAtEnd(code: WarningCode, message: string): void {
  const warning = newWarning(code, message, '')
  if (warning !== undefined) emitNow(warning)
}

/**
 * Calls the listeners of all warnings that wait for the next tick, of every copy of this package. For the end of the
 * process, after which no tick comes.
 */
export function emitWaitingWarnings(): void {
  for (const warning of [...emitted]) emitNow(warning)
}

type CodedWarning = Error & { code: WarningCode }

function newWarning(code: WarningCode, message: string, key: string): CodedWarning | undefined {
  const id = `${code} ${key}`
  if (warned.has(id)) return undefined
  if (warned.size < 1000) warned.add(id)
  const warning = Object.assign(new Error(message), { name: 'LognitorWarning', code })
  keepToItself(warning)
  return warning
}

function emitLater(warning: CodedWarning): void {
  try {
    process.emitWarning(warning)
  } catch {
    // To Node an Error of another realm, such as Jest's, is none.
    emitted.delete(warning)
    process.emitWarning(warning.message, { type: warning.name, code: warning.code })
  }
}

function emitNow(warning: Error): void {
  try {
    process.emit('warning', warning)
  } catch {
    // What a listener throws here would become the exit code.
  }
}

/** Warnings that are on their way to the listeners. One pair of ours waits for all: Node warns of eleven. */
const emitted = shared('waitingWarnings', () => new Set<Error>())
let end = () => {}

/** An application that logs its process's warnings must not send us ours. */
function keepToItself(warning: Error): void {
  if (emitted.size === 0) process.prependListener('warning', beforeOthers).on('warning', afterOthers)
  emitted.add(warning)
}

function beforeOthers(warning: Error): void {
  if (!emitted.has(warning)) return
  end = beginSelfLogging()
  // Should one of the listeners throw, the last one is not called.
  setImmediate(end)
}

function afterOthers(warning: Error): void {
  if (!emitted.delete(warning)) return
  end()
  if (emitted.size === 0) process.off('warning', beforeOthers).off('warning', afterOthers)
}

/** For tests: lets each warning speak again. */
export function forgetWarnings(): void {
  warned.clear()
}
