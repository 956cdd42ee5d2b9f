/** One evaluation of this package's code, and where that code lies. */
export interface Copy {
  /** File, line and column, the same each time the same file is evaluated; undefined where it cannot be told. */
  readonly place: string | undefined
}

/** The evaluation that this code belongs to. */
export const thisCopy: Copy = { place: ownPlace() }

/** Whether the same file was evaluated before as that copy: whoever resets modules (Jest, a development server) is done with it. */
export function replaces(other: Copy | undefined): boolean {
  return (
    other !== undefined &&
    other !== thisCopy &&
    thisCopy.place !== undefined &&
    other.place === thisCopy.place
  )
}

/** From the stack: a bundle has no file name of its own that all bundlers would keep. */
function ownPlace(): string | undefined {
  const before = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = 1
    const { stack } = new Error('here')
    // The query is what a development server adds to load a module anew.
    return typeof stack === 'string' ? stack.split('\n')[1]?.replace(/\?[^:)]*/, '') : undefined
  } catch {
    // Somebody's Error.prepareStackTrace.
    return undefined
  } finally {
    Error.stackTraceLimit = before
  }
}
