import fc from 'fast-check'
import { codePoint } from '../support/code-point.js'
import { KEYS, ODDITIES } from './oddities.js'

/** A recipe for a hostile value. Not the value itself: fast-check would fail on it, and every case needs a new one. */
export interface Recipe {
  make(): unknown
  /** Description of the value, for the report of a counterexample. */
  readonly words: string
}

/** Any value, most of them hostile. */
export const hostile: fc.Arbitrary<Recipe> = fc.letrec<{ any: Recipe; leaf: Recipe; node: Recipe }>(
  (tie) => ({
    leaf: fc.oneof(
      { weight: 3, arbitrary: plain(text()) },
      { weight: 1, arbitrary: plain(fc.double()) },
      {
        weight: 1,
        arbitrary: plain(fc.constantFrom(undefined, null, true, false, 0, 1, -1, 200, 2.5, 4111111111111111)),
      },
      {
        weight: 6,
        arbitrary: fc
          .constantFrom(...Object.keys(ODDITIES))
          .map((name) => recipe(name, ODDITIES[name] as () => unknown)),
      },
    ),
    node: fc.oneof(
      {
        weight: 4,
        arbitrary: pairsOf(tie('any')).map((pairs) => recipe(wordsOf('{}', pairs), () => objectOf(pairs))),
      },
      {
        weight: 1,
        arbitrary: pairsOf(tie('any')).map((pairs) =>
          recipe(wordsOf('watched {}', pairs), () => watched(objectOf(pairs))),
        ),
      },
      {
        weight: 1,
        arbitrary: pairsOf(tie('any')).map((pairs) =>
          recipe(wordsOf('Map', pairs), () => new Map(Object.entries(objectOf(pairs)))),
        ),
      },
      {
        weight: 2,
        arbitrary: itemsOf(tie('any')).map((items) =>
          recipe(wordsOf('[]', items), () => items.map(({ make }) => make())),
        ),
      },
      {
        weight: 1,
        arbitrary: itemsOf(tie('any')).map((items) =>
          recipe(wordsOf('Set', items), () => new Set(items.map(({ make }) => make()))),
        ),
      },
      {
        weight: 1,
        arbitrary: pairsOf(tie('any')).map((pairs) => recipe(wordsOf('Error', pairs), () => errorOf(pairs))),
      },
    ),
    any: fc.oneof({ maxDepth: 3, depthIdentifier: 'hostile' }, tie('leaf'), tie('node')),
  }),
).any

/** Texts, some of which redaction would find. */
export function text(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: codePoint, maxLength: 20 }),
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      'bob@example.com',
      'Bearer abc.def',
      '4111 1111 1111 1111',
      '078-05-1120',
      '/a?token=b&c=d',
    ),
  )
}

/** Attempts to change a hostile value. Must stay empty. */
export const changes: string[] = []

type Pair = readonly [string, Recipe]

function recipe(words: string, make: () => unknown): Recipe {
  return { make, words, [fc.toStringMethod]: () => words } as Recipe
}

function plain(values: fc.Arbitrary<unknown>): fc.Arbitrary<Recipe> {
  return values.map((value) => recipe(fc.stringify(value), () => value))
}

function pairsOf(any: fc.Arbitrary<Recipe>): fc.Arbitrary<readonly Pair[]> {
  const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: text() })
  return fc.array(fc.tuple(key, any), { maxLength: 5 })
}

function itemsOf(any: fc.Arbitrary<Recipe>): fc.Arbitrary<readonly Recipe[]> {
  return fc.array(any, { maxLength: 4 })
}

function wordsOf(kind: string, parts: readonly (Pair | Recipe)[]): string {
  const words = parts.map((part) =>
    'make' in part ? part.words : `${JSON.stringify(part[0])}: ${part[1].words}`,
  )
  return `${kind}(${words.join(', ')})`
}

/** Own data properties, `__proto__` among them, as JSON.parse makes them. */
function objectOf(pairs: readonly Pair[], made: object = {}): object {
  for (const [name, { make }] of pairs) {
    const value = make()
    try {
      Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true })
    } catch {
      // Setting an error's stack first computes the old one from its present name and message.
    }
  }
  return made
}

function errorOf(pairs: readonly Pair[]): Error {
  const [first, ...rest] = pairs
  const options = first === undefined ? {} : { cause: first[1].make() }
  return objectOf(rest, new Error(first?.[0] ?? '', options)) as Error
}

/** A proxy that passes everything on and reports attempts to change the target. */
function watched(target: object): object {
  const told = (trap: string) => () => {
    changes.push(trap)
    return true
  }
  return new Proxy(target, {
    set: told('set'),
    defineProperty: told('defineProperty'),
    deleteProperty: told('deleteProperty'),
    setPrototypeOf: told('setPrototypeOf'),
    preventExtensions: told('preventExtensions'),
  })
}
