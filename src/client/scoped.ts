import { currentScope, withScope as runWithScope } from '../scope/current.js'
import { fields, text, texts } from './input.js'
import type { BreadcrumbOptions, LogOptions, UserOptions } from './log-options.js'
import { toBreadcrumb, toUser } from './log-parts.js'

/** Adds a breadcrumb for the next error of the current request or, outside of any, of the process. */
export function addBreadcrumb(breadcrumb: BreadcrumbOptions): void {
  const crumb = toBreadcrumb(breadcrumb, new Date().toISOString())
  if (crumb !== undefined) currentScope().addBreadcrumb(crumb)
}

/** Sets the user of the current request or, outside of any, of the process. */
export function setUser(user: UserOptions): void {
  currentScope().setUser(toUser(user))
}

/** Removes the user of the current request or, outside of any, of the process. */
export function clearUser(): void {
  currentScope().setUser(undefined)
}

/**
 * Adds metadata, key by key, to every log of the current request or, outside of any, of the process. Without an
 * argument the metadata is emptied.
 */
export function setContext(context?: Record<string, unknown>): void {
  currentScope().setContext(fields(context))
}

/** Replaces the tags of every log of the current request or, outside of any, of the process. */
export function setTags(tags?: NonNullable<LogOptions['tags']>): void {
  currentScope().setTags(texts(tags))
}

/**
 * Sets the session id of the logs of the current request or, outside of any, of the process. Without an argument the
 * session ends.
 */
export function setSession(id?: string): void {
  currentScope().setSession(text(id))
}

/** Runs the function in a scope of its own, for work that is not a request (a job, a message from a queue). */
export function withScope<T>(fn: () => T): T {
  return runWithScope(() => fn())
}
