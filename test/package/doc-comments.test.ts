import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const ENTRIES = ['src/index.ts', 'src/testing/index.ts', 'src/gateway/index.ts', 'instrumentation/index.ts']

/** Every name that an entry point exports, and the file that declares it. */
function publicNames(entry: string): [string, string][] {
  const source = readFileSync(join(root, entry), 'utf8')
  return [...source.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)].flatMap(
    ([, names = '', from = '']) => {
      const file = join(dirname(entry), from.replace(/\.js$/, '.ts'))
      return names
        .split(',')
        .map((name) => name.trim().replace(/^type /, ''))
        .filter((name) => name !== '')
        .map((name): [string, string] => [name, declaringFile(name, file)])
    },
  )
}

/** Some files only re-export a name. */
function declaringFile(name: string, file: string): string {
  const source = readFileSync(join(root, file), 'utf8')
  const handedOn = new RegExp(`export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '([^']+)'`).exec(
    source,
  )?.[1]
  return handedOn === undefined ? file : join(dirname(file), handedOn.replace(/\.js$/, '.ts'))
}

test.each(ENTRIES)('every name of %s has a doc comment', (entry) => {
  const names = publicNames(entry)
  expect(names.length).toBeGreaterThan(0)
  const bare = names.filter(([name, file]) => {
    const declared = `export (?:async )?(?:class|function|interface|type|const) ${name}\\b`
    return !new RegExp(`\\*/\\n(?:// biome-ignore.*\\n)?${declared}`).test(
      readFileSync(join(root, file), 'utf8'),
    )
  })
  expect(bare).toEqual([])
})

const PAGES = {
  'src/index.ts': 'index',
  'src/testing/index.ts': 'testing',
  'src/gateway/index.ts': 'gateway',
}

test.each(Object.entries({ ...PAGES, 'instrumentation/index.ts': 'instrumentation' }))(
  'every name of %s has a section in the reference',
  (entry, page) => {
    const text = readFileSync(join(root, `docs/reference/${page}.md`), 'utf8')
    const headings = new Set([...text.matchAll(/^### (?:abstract )?(\w+)/gm)].map(([, name]) => name))
    expect(publicNames(entry).filter(([name]) => !headings.has(name))).toEqual([])
  },
)
