import { beginTelling } from './telling.js'

/** Errors we throw, by their stable code. */
export const ERRORS = {
  LOGNITOR_BAD_OPTION: 'An option has a value it cannot have.',
  LOGNITOR_UNKNOWN_OPTION: 'An option that does not exist was given.',
  LOGNITOR_MISSING_PEER: 'A package that this entry point needs is not installed.',
  LOGNITOR_ADDRESS_IN_USE: 'The address to listen on is taken.',
  LOGNITOR_GATEWAY_UNPROTECTED: 'The gateway would listen beyond loopback without a token.',
} as const

/** Process warnings, by their stable code: the few states an operator has to learn of. */
export const WARNINGS = {
  LOGNITOR_NO_API_KEY: 'No API key was given; nothing is sent.',
  LOGNITOR_BAD_ENVIRONMENT: 'An environment variable has a value it cannot have and was ignored.',
  LOGNITOR_INIT_TWICE: 'init was called again; the first client stays.',
  LOGNITOR_OPTIONS_IGNORED:
    'A client or door has the key of another one; its differing options were ignored.',
  LOGNITOR_KEY_REFUSED: 'Lognitor refused the API key; logs are held within the queue.',
  LOGNITOR_WRONG_ADDRESS: 'The address does not answer like Lognitor; logs are held within the queue.',
  LOGNITOR_LOG_TOO_LARGE: 'A log was over the size limit and was dropped.',
  LOGNITOR_INVALID_LEVEL: 'A log call named a level that does not exist.',
  LOGNITOR_TWO_HTTP_INSTRUMENTATIONS: 'Two HTTP instrumentations are active.',
  LOGNITOR_SPOOL_UNAVAILABLE: 'The spool directory cannot be written; logs are held in memory only.',
  LOGNITOR_MISSING_PEER: 'A package that zero code could use is not installed.',
  LOGNITOR_INBOX_DATA: 'The file of the inbox could not be read or written in full.',
  LOGNITOR_NOT_STARTED: 'Zero code could not start OpenTelemetry; the application runs without.',
} as const

/** The stable code of an error of ours: `error.code`. */
export type ErrorCode = keyof typeof ERRORS
/** The stable code of a process warning of ours: `warning.code` in `process.on('warning')`. */
export type WarningCode = keyof typeof WARNINGS

/**
 * Thrown by constructors, `init`, `reconfigure`, `withLognitor`, `startGateway`, `startInbox` and an inbox's `faults`,
 * and by nothing else.
 */
export class LognitorError extends Error {
  override readonly name = 'LognitorError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

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
    `${saying} "${name}". Known are: ${known.join(', ')}${hint}.`,
  )
}

const warned = new Set<string>()

/**
 * A coded process warning on stderr, once per code and key. A warning and not a diag line, because
 * diag is mute until the app gives it a logger. Goes through `process.emitWarning`, so that
 * `--no-warnings` and a `warning` listener work as for Node's own.
 */
export function warnOnce(code: WarningCode, message: string, key = ''): void {
  const id = `${code} ${key}`
  if (warned.has(id)) return
  if (warned.size < 1000) warned.add(id)
  const warning = Object.assign(new Error(message), { name: 'LognitorWarning', code })
  keepToItself(warning)
  process.emitWarning(warning)
}

/** Warnings that are on their way to the listeners. One pair of ours waits for all: Node warns of eleven. */
const emitted = new Set<unknown>()
let end = () => {}

/** An application that logs its process's warnings must not send us ours. */
function keepToItself(warning: Error): void {
  if (emitted.size === 0) process.prependListener('warning', beforeOthers).on('warning', afterOthers)
  emitted.add(warning)
}

function beforeOthers(warning: unknown): void {
  if (!emitted.has(warning)) return
  end = beginTelling()
  // Should one of the listeners throw, the last one is not called.
  setImmediate(end)
}

function afterOthers(warning: unknown): void {
  if (!emitted.delete(warning)) return
  end()
  if (emitted.size === 0) process.off('warning', beforeOthers).off('warning', afterOthers)
}

/** For tests: lets each warning speak again. */
export function forgetWarnings(): void {
  warned.clear()
}
