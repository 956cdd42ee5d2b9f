/** One frame of a stack. */
export interface Frame {
  /** The original line. */
  readonly text: string
  readonly name: string
  /** `file:line:column`, empty when the line has none. */
  readonly place: string
  /** Whether the frame is the application's own: neither Node's nor a package's. */
  readonly isOwn: boolean
}

const MAX_FRAMES = 200
const MAX_LENGTH = 200_000
const FOREIGN = /(^|[\\/(])node_modules[\\/]|^node:|^internal\/|^<anonymous>$|^native$/

/** The frames of a V8 stack. Other lines between them become frames without a place. */
export function parseStack(stack: string): Frame[] {
  return stack
    .slice(0, MAX_LENGTH)
    .split('\n')
    .slice(0, MAX_FRAMES)
    .filter((line) => /^\s+at\s/.test(line))
    .map((text) => {
      const call = text.trim().slice('at '.length)
      const [, name = '', within] = /^(.*?) \((.*)\)$/.exec(call) ?? []
      const place = (within ?? call).replace(/^file:\/\//, '')
      return { text, name: within === undefined ? '' : name, place, isOwn: !FOREIGN.test(place) }
    })
}
