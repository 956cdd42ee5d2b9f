import type { BeforeSend } from '../config/options.js'
import type { Source } from '../policy/failures.js'
import type { Scope } from '../scope/scope.js'
import type { Breadcrumb } from '../wire/log.js'

/** How a log is written: what the entry point knows beside the log. */
export interface WriteOptions {
  readonly source: Source
  /** Whose user, tags, request ... fill the gaps. Default: the current one. */
  readonly scope?: Scope
  /** In place of the scope's: a child logger has its own. */
  readonly tags?: readonly string[] | undefined
  readonly thrown?: unknown
  readonly ownStack?: string | undefined
  readonly beforeSend?: BeforeSend | undefined
  /** Takes the breadcrumb that the line leaves, in place of the scope. */
  readonly leaveLine?: ((crumb: Breadcrumb) => void) | undefined
}
