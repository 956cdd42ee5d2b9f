import { setImmediate } from '../common/clock.js'
import { shared } from '../common/shared.js'
import { beginSelfLogging } from '../diagnostics/self-log-guard.js'
import { didYouMean } from './did-you-mean.js'

/** The errors that are thrown, by stable code. */
export const ERRORS = {
  LOGNITOR_BAD_OPTION: 'An option has an invalid value.',
  LOGNITOR_UNKNOWN_OPTION: 'An unknown option was given.',
  LOGNITOR_ADDRESS_IN_USE: 'The address to listen on is in use.',
  LOGNITOR_GATEWAY_UNPROTECTED: 'The gateway would listen beyond loopback without a token.',
} as const

/** The process warnings, by stable code: the few states that an operator has to know of. */
export const WARNINGS = {
  LOGNITOR_NO_API_KEY: 'No API key was given; nothing is sent.',
  LOGNITOR_BAD_ENVIRONMENT: 'An environment variable has an invalid value and was ignored.',
  LOGNITOR_UNKNOWN_VARIABLE: 'An environment variable begins with LOGNITOR_, and nothing reads it.',
  LOGNITOR_UNKNOWN_LOG_OPTION: 'A log call was given a field that is no option; the field became metadata.',
  LOGNITOR_UNKNOWN_HTTP_OPTION:
    'LognitorHttpInstrumentation was given an option that is unknown to it and to HttpInstrumentation.',
  LOGNITOR_LIKELY_SECONDS: 'An option in milliseconds has a value that looks like seconds.',
  LOGNITOR_INIT_TWICE: 'init was called again; the first client stays.',
  LOGNITOR_OPTIONS_IGNORED:
    'A client or entry point shares its key with an earlier one; its differing options were ignored.',
  LOGNITOR_KEY_REFUSED: 'Lognitor refused the API key; logs wait in the queue.',
  LOGNITOR_WRONG_ADDRESS: 'The address does not answer like Lognitor; logs wait in the queue.',
  LOGNITOR_TRANSPORT_FAULT:
    'A request failed in this process and not in the network, or its answer was invalid; logs wait in the queue.',
  LOGNITOR_UNREACHABLE: 'Lognitor cannot be reached; logs wait in the queue.',
  LOGNITOR_PROXY_UNUSABLE: 'The environment names an unusable proxy; requests are sent without a proxy.',
  LOGNITOR_LOST_AT_END: 'Logs were lost because the process or the client ended before they were delivered.',
  LOGNITOR_NO_EXIT_DELIVERY:
    'Node may not start worker threads, or the process object is locked, so process.exit loses undelivered logs.',
  LOGNITOR_CONSOLE_ONLY: 'The application logs with console only, which no instrumentation captures.',
  LOGNITOR_LOG_TOO_LARGE: 'A log was over the size limit and was dropped.',
  LOGNITOR_INVALID_LEVEL: 'A log call named a level that does not exist.',
  LOGNITOR_TWO_HTTP_INSTRUMENTATIONS: 'Two HTTP instrumentations are active.',
  LOGNITOR_TWO_VERSIONS: 'Two versions of this package are loaded, and they cannot share one client.',
  LOGNITOR_SPOOL_UNAVAILABLE:
    'The spool cannot be written, and logs are in memory only; or part of the spool cannot be read, and is kept.',
  LOGNITOR_MISSING_PEER: 'A package that this entry point could use is not installed, or cannot be loaded.',
  LOGNITOR_UNSUPPORTED_VERSION:
    'An instrumentation does not support the version of its package that the application has loaded.',
  LOGNITOR_ENTRIES_REFUSED: 'Lognitor refused entries for good, and they were dropped.',
  LOGNITOR_LOGS_DROPPED: 'Logs were dropped for a reason that the application or its operator can remove.',
  LOGNITOR_FILES_MISSING:
    'Files of this package were removed while the process ran: logs are in memory only, or are dropped.',
  LOGNITOR_INBOX_DATA: 'The file of the inbox could not be read or written in full.',
  LOGNITOR_NOT_STARTED:
    'OpenTelemetry, or a part of it, could not be started; the application runs without it.',
  LOGNITOR_LOADED_TOO_LATE: 'OpenTelemetry was set up after a module that it instruments was loaded.',
  LOGNITOR_TWO_SDKS: 'Another OpenTelemetry SDK is active in addition to zero code.',
  LOGNITOR_EXPORT_STOPPED: 'An export that the environment asks for does not take place.',
} as const

/** The stable code of an error: `error.code`. */
export type ErrorCode = keyof typeof ERRORS
/** The stable code of a process warning: `warning.code` in `process.on('warning')`. */
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
/** One class for all copies of this package, so that `instanceof` works across them. */
export type LognitorError = InstanceType<typeof LognitorError>

/**
 * The error for an option that does not exist.
 * @param saying the beginning of the message: `The gateway has no option`
 * @param hint the end of the message, after the list of known options
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
 * Emits a coded process warning, once per code and key. A warning and not a diag line, because diag is silent until the
 * app gives it a logger. Goes through `process.emitWarning`, so that `--no-warnings` and a `warning` listener work as
 * for Node's own warnings.
 */
export function warnOnce(code: WarningCode, message: string, key = ''): void {
  const warning = newWarning(code, message, key)
  if (warning === undefined) return
  // While the process exits there is no next tick.
  if ((process as { _exiting?: boolean })._exiting) emitNow(warning)
  else emitLater(warning)
}

/** The same at the end of the process: the listeners are called synchronously, since there may be no next tick. */
export function warnAtEnd(code: WarningCode, message: string): void {
  const warning = newWarning(code, message, '')
  if (warning !== undefined) emitNow(warning)
}

/**
 * Calls the listeners of all warnings that wait for the next tick, of every copy of this package. For an end of the
 * process without an `exit` event, after which no tick comes.
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
    // Node does not accept an Error of another realm, such as Jest's, as one.
    emitted.delete(warning)
    process.emitWarning(warning.message, { type: warning.name, code: warning.code })
  }
}

function emitNow(warning: Error): void {
  try {
    process.emit('warning', warning)
  } catch {
    // An exception of a listener would change the exit code.
  }
}

/** Warnings on their way to the listeners. All share one set of our listeners: Node warns of more than ten. */
const emitted = shared('waitingWarnings', () => new Set<Error>())
let end = () => {}

/** An application may log its process's warnings. Ours must not come back as logs of the application. */
function keepToItself(warning: Error): void {
  if (emitted.size === 0) listen()
  emitted.add(warning)
}

/** The application may have locked `process`, which then accepts no listeners and keeps those it has. */
function listen(): void {
  try {
    process.prependListener('warning', beforeOthers).on('warning', afterOthers)
    process.prependListener('exit', emitWaitingWarnings)
  } catch {
    // The warning is given as any other.
  }
}

function stopListening(): void {
  try {
    process.off('warning', beforeOthers).off('warning', afterOthers).off('exit', emitWaitingWarnings)
  } catch {
    // The listeners do nothing while no warning of ours waits.
  }
}

function beforeOthers(warning: Error): void {
  if (!emitted.has(warning)) return
  end = beginSelfLogging()
  // If a listener throws, the last listener is not called.
  setImmediate(end)
}

function afterOthers(warning: Error): void {
  if (!emitted.delete(warning)) return
  end()
  if (emitted.size === 0) stopListening()
}

/** For tests: lets each warning be emitted again. */
export function forgetWarnings(): void {
  warned.clear()
}
