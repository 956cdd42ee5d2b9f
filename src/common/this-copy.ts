/** One evaluation of this package's code, and the location of that code. */
export interface Copy {
  /** File, line and column, equal each time the same file is evaluated; undefined if unknown. */
  readonly place: string | undefined
}

let known: { readonly place: string | undefined } | undefined

/** The evaluation that this code belongs to. */
export const thisCopy: Copy = {
  // Read when a second `init` asks, because a stack trace costs an import more than half a millisecond.
  get place() {
    known ??= { place: ownPlace() }
    return known.place
  },
}

/**
 * Whether the same file was evaluated before as `other`: the modules were reset (Jest, a development server), and the
 * former copy is no longer in use.
 */
export function replaces(other: Copy | undefined): boolean {
  return (
    other !== undefined &&
    other !== thisCopy &&
    thisCopy.place !== undefined &&
    other.place === thisCopy.place
  )
}

/** Read from a stack trace: no other way to get the file name works in all bundlers. */
function ownPlace(): string | undefined {
  const before = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = 1
    const { stack } = new Error('here')
    // A development server adds a query to load a module again.
    return typeof stack === 'string' ? stack.split('\n')[1]?.replace(/\?[^:)]*/, '') : undefined
  } catch {
    // The application's Error.prepareStackTrace may throw.
    return undefined
  } finally {
    Error.stackTraceLimit = before
  }
}
