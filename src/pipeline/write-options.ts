import type { BeforeSend } from '../config/options.js'
import type { Source } from '../policy/failures.js'
import type { Scope } from '../scope/scope.js'
import type { Breadcrumb } from '../wire/log.js'

/** What the entry point knows of a log besides its content. */
export interface WriteOptions {
  readonly source: Source
  /** The scope whose user, tags, request etc. fill missing fields. Default: the current one. */
  readonly scope?: Scope
  /** Replaces the scope's tags: a child logger has its own. */
  readonly tags?: readonly string[] | undefined
  readonly thrown?: unknown
  readonly ownStack?: string | undefined
  readonly beforeSend?: BeforeSend | undefined
  /** Takes the log's own breadcrumb instead of the scope. */
  readonly leaveLine?: ((crumb: Breadcrumb) => void) | undefined
}
