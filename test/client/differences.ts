/** One place where two bodies differ. An absent value is undefined. */
export interface Difference {
  /** A path such as `error.stack` or `breadcrumbs.0.data.url`. */
  readonly path: string
  readonly official: unknown
  readonly ours: unknown
}

export interface Intended {
  readonly name: string
  /** The reason, in one sentence; the same sentence is in docs/parity.md. */
  readonly reason: string
  explains(difference: Difference, inCase: string): boolean
}

/** Cases in which an error with a stack is passed. */
const WITH_STACK = ['levels', 'breadcrumbs', 'capture_exception', 'logging_bridge']
const FRAME_FIELDS = /^error\.(filename|line_number|context_line|pre_context|post_context)(\.|$)/

/**
 * The intended differences between our requests and the official client's. Everything else is equal, field by field.
 */
export const INTENDED: readonly Intended[] = [
  {
    name: 'Name and version of the client',
    reason: 'It says which client sent it.',
    explains: ({ path }) => /^_sdk\.(name|version)$|^headers\.user-agent$/.test(path),
  },
  {
    name: 'The log carries its id',
    reason:
      'The official clients return an id that they never send; ours is `metadata["log.record.uid"]`, so that feedback can be joined to its log.',
    explains: ({ path, official, ours }) =>
      official === undefined &&
      (/^metadata\.log\.record\.uid$/.test(path) ||
        (path === 'metadata' && Object.keys(ours as object).join() === 'log.record.uid')),
  },
  {
    name: 'A scrubbed URL stays as it was written',
    reason:
      'The official clients encode the whole query again and write `[FILTERED]`; ours replaces the value by `[SCRUBBED]` and leaves the rest alone.',
    explains: ({ path, official, ours }) =>
      path.endsWith('url') && ours === String(official).replace('%5BFILTERED%5D', '[SCRUBBED]'),
  },
  {
    name: 'Log lines are breadcrumbs',
    reason:
      'Lines that were logged before an error are among its breadcrumbs; `breadcrumbs: { logs: false }` turns it off.',
    explains: ({ path, official, ours }) =>
      /^breadcrumbs\.log lines$/.test(path) && official === undefined && Number(ours) > 0,
  },
  {
    name: 'Stacks are those of V8',
    reason:
      'A JavaScript error has its stack from the place where it was made, thrown or not, with its causes below.',
    explains: ({ path, ours }) => path === 'error.stack' && /^\w+: .*\n {4}at /.test(String(ours)),
  },
  {
    name: 'Every error with a stack has its place',
    reason:
      'The place is read from the stack, so file, line and source lines come with errors that were not thrown, and with those of loggers.',
    explains: ({ path }, inCase) => WITH_STACK.includes(inCase) && FRAME_FIELDS.test(path),
  },
  {
    name: 'Fingerprints follow the place',
    reason:
      'With a stack the fingerprint ends in file and line of the first own frame, where the official clients take the text of a Python frame; without one it is the same, byte for byte, for a type without package or module: `com.shop.CardError` and `CardError` are one group.',
    explains: ({ path, ours }, inCase) =>
      WITH_STACK.includes(inCase) && path === 'fingerprint' && /^[0-9a-f]{64}$/.test(String(ours)),
  },
  {
    name: 'Children of children inherit',
    reason: 'The official clients forget the metadata and tags of the parent.',
    explains: ({ path, official }, inCase) =>
      inCase === 'child' && official === undefined && /^(metadata\.module|metadata|tags)$/.test(path),
  },
  {
    name: "A logger's message is the message",
    reason: "Python's handler appends the formatted traceback to it; the stack is in `error.stack`.",
    explains: ({ path, official, ours }, inCase) =>
      inCase === 'logging_bridge' && path === 'message' && String(official).startsWith(`${ours}\nTraceback`),
  },
  {
    name: 'What came through OpenTelemetry says so',
    reason: 'The instrumentation scope and the resource are kept in `metadata`.',
    explains: ({ path, official, ours }, inCase) =>
      inCase === 'logging_bridge' &&
      official === undefined &&
      (path === 'metadata.otel.scope.name' ||
        (path === 'metadata' && Object.keys(ours as object).every((key) => /^otel\.|^log\./.test(key)))),
  },
]

/** The differences between two JSON values, by path. Log lines among our breadcrumbs count as one difference. */
export function differences(official: unknown, ours: unknown, path = ''): Difference[] {
  if (path === 'breadcrumbs' && Array.isArray(official) && Array.isArray(ours)) {
    const trail = ours.filter((crumb) => crumb.category !== 'log')
    const lines = ours.length - trail.length
    const told = lines > 0 ? [{ path: 'breadcrumbs.log lines', official: undefined, ours: lines }] : []
    return [...told, ...compare(official, trail, path)]
  }
  return compare(official, ours, path)
}

function compare(official: unknown, ours: unknown, path: string): Difference[] {
  if (isSame(official, ours, path)) return []
  if (!isObject(official) || !isObject(ours) || Array.isArray(official) !== Array.isArray(ours)) {
    return [{ path, official, ours }]
  }
  const names = [...new Set([...Object.keys(official), ...Object.keys(ours)])]
  return names.flatMap((name) =>
    differences(official[name], ours[name], path === '' ? name : `${path}.${name}`),
  )
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Equal, or of the same form where the value differs in every run. */
function isSame(official: unknown, ours: unknown, path: string): boolean {
  if (Object.is(official, ours)) return true
  if (path.endsWith('timestamp')) return bothMatch(INSTANT, official, ours)
  if (path === 'batch_id') return bothMatch(UUID, official, ours)
  if (path === 'hostname') return bothMatch(/./, official, ours)
  if (path === 'perf.duration_ms')
    return typeof official === 'number' && typeof ours === 'number' && ours >= 0
  return false
}

function bothMatch(form: RegExp, official: unknown, ours: unknown): boolean {
  return typeof official === 'string' && typeof ours === 'string' && form.test(official) && form.test(ours)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
