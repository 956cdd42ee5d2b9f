import { isRegExp } from '../src/common/any-realm.js'
import { either, flag, fn, type Kind, listOf } from '../src/config/option-kinds.js'
import { checkValue, readEnvironment } from '../src/config/options.js'
import type { CaptureUser } from './captured-user.js'
import { type IgnoredRoute, type IsIgnored, ignoredRoutes } from './ignored-routes.js'

/** What request entries contain, and which requests get none. Each option can also be set as `LOGNITOR_<NAME>`. */
export interface RequestEntryOptions {
  /**
   * Requests that get no request entry. Each item is an exact path, which includes all paths below it by whole segments
   * (`'/'` is the root alone), or a RegExp for the path. Their spans, logs and errors stay. Default: none.
   */
  ignoreRoutes?: readonly IgnoredRoute[] | undefined
  /**
   * The user of each log of a request: `true` for id, email and name of `req.user`, or a function. It is evaluated when
   * a log is written, and so after authentication. Default: false.
   */
  captureUser?: CaptureUser | undefined
  /** Keeps the client's address. Default: true. */
  captureIp?: boolean | undefined
  /** Trusts `X-Forwarded-*` and `Forwarded`. Set it only where your own proxy writes them. Default: false. */
  trustProxy?: boolean | undefined
  /** Keeps the query of the URL, scrubbed. Default: false. */
  includeQuery?: boolean | undefined
}

export interface RequestEntrySettings {
  readonly isIgnored: IsIgnored
  readonly captureUser: CaptureUser
  readonly captureIp: boolean
  readonly trustProxy: boolean
  readonly includeQuery: boolean
}

const path: Kind<string> = {
  expected: 'a path that begins with /',
  check: (value) => (typeof value === 'string' && value.startsWith('/') ? value : undefined),
  read: (words) => path.check(words),
}

const pattern: Kind<RegExp> = {
  expected: 'a RegExp',
  check: (value) => (isRegExp(value) ? value : undefined),
}

const ROW_OPTIONS = {
  ignoreRoutes: {
    kind: listOf<IgnoredRoute>(either(path, pattern), 'a list of paths that begin with / or RegExps'),
  },
  captureUser: { kind: either<boolean, Exclude<CaptureUser, boolean>>(flag, fn()) },
  captureIp: { kind: flag },
  trustProxy: { kind: flag },
  includeQuery: { kind: flag },
} as const

export const REQUEST_ENTRY_OPTION_NAMES: readonly string[] = Object.keys(ROW_OPTIONS)

/**
 * Applies defaults, then environment, then code.
 * @throws LognitorError `LOGNITOR_BAD_OPTION` for a wrong value in code
 */
export function resolveRequestEntryOptions(
  input: RequestEntryOptions,
  env = process.env,
): RequestEntrySettings {
  const value = <K extends keyof typeof ROW_OPTIONS>(name: K) => {
    const { kind } = ROW_OPTIONS[name] as { kind: Kind<Exclude<RequestEntryOptions[K], undefined>> }
    const fromCode = input[name]
    return fromCode === undefined ? readEnvironment(name, { kind }, env) : checkValue(name, kind, fromCode)
  }
  return Object.freeze({
    isIgnored: ignoredRoutes(value('ignoreRoutes')),
    captureUser: value('captureUser') ?? false,
    captureIp: value('captureIp') ?? true,
    trustProxy: value('trustProxy') ?? false,
    includeQuery: value('includeQuery') ?? false,
  })
}
