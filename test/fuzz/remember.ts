const MOST_OBJECTS = 12
const MOST_KEYS = 12

/** Records the content of a value without running its code. Gives a function that says what has changed since. */
export function remember(...values: readonly unknown[]): () => readonly string[] {
  const notes = new Map<object, Note>()
  const queue = [...values]
  for (let value = queue.shift(); queue.length > 0 || value !== undefined; value = queue.shift()) {
    if (!isObject(value) || value === globalThis || notes.has(value) || notes.size >= MOST_OBJECTS) continue
    const note = noteOf(value)
    notes.set(value, note)
    queue.push(...note.values.filter(isObject))
  }
  return () => [...notes].flatMap(([value, note]) => differences(note, noteOf(value)))
}

interface Note {
  readonly prototype: unknown
  readonly keys: readonly PropertyKey[]
  readonly values: readonly unknown[]
}

function noteOf(value: object): Note {
  try {
    const keys = Reflect.ownKeys(value).slice(0, MOST_KEYS)
    const values = keys.map((key) => Reflect.getOwnPropertyDescriptor(value, key)?.value)
    return { prototype: Reflect.getPrototypeOf(value), keys, values }
  } catch {
    return { prototype: null, keys: [], values: [] }
  }
}

function differences(before: Note, after: Note): string[] {
  const found: string[] = []
  if (before.prototype !== after.prototype) found.push('its prototype')
  if (before.keys.length !== after.keys.length) found.push('its number of keys')
  before.keys.forEach((key, index) => {
    const isSame = after.keys[index] === key && Object.is(after.values[index], before.values[index])
    if (!isSame) found.push(String(key))
  })
  return found
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
