import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** A room by the path of a file, the more special ones first. */
function roomOf(file: string): string {
  if (file.startsWith('instrumentation/')) return 'doors'
  const [, place = '', deeper] = file.split('/')
  if (deeper !== undefined)
    return (
      {
        otel: 'doors',
        client: 'doors',
        gateway: 'doors',
        serverless: 'doors',
        stateless: 'pipeline',
        register: 'outermost',
        cli: 'outermost',
      }[place] ?? place
    )
  if (['pipeline.ts', 'exit-participant.ts', 'open-spool.ts', 'source-context.ts'].includes(place))
    return 'pipeline'
  if (['register.ts', 'sdk.ts', 'index.ts', 'testing.ts', 'memory-transport.ts'].includes(place))
    return 'outermost'
  if (
    place.startsWith('exporter') ||
    place.includes('processor') ||
    place === 'sampler.ts' ||
    place === 'pipelines.ts' ||
    place === 'crash.ts'
  )
    return 'doors'
  return 'leaf'
}

/** The table of docs/architecture.md. Everybody may read leaves and their own room. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  leaf: ['wire'],
  wire: [],
  translate: ['wire'],
  policy: ['wire'],
  delivery: ['wire'],
  scope: ['wire'],
  spool: ['wire'],
  process: ['delivery', 'wire'],
  inbox: ['wire'],
  pipeline: ['policy', 'delivery', 'spool', 'process', 'scope', 'wire'],
  doors: ['translate', 'scope', 'pipeline', 'wire'],
  outermost: [
    'translate',
    'policy',
    'delivery',
    'scope',
    'spool',
    'process',
    'inbox',
    'pipeline',
    'doors',
    'wire',
  ],
}

const files = ['src', 'instrumentation'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`),
)

const imports = files.flatMap((file) => {
  const code = readFileSync(join(root, file), 'utf8')
  const found = code.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
  return [...found].map(([, target = '']) => ({ file, target }))
})

test('imports go only where the table of rooms lets them', () => {
  const wrong = imports.filter(({ file, target }) => {
    if (!target.startsWith('.') || target.endsWith('package.json')) return false
    const [from, to] = [roomOf(file), roomOf(targetFile(file, target))]
    return from !== to && to !== 'leaf' && !ARROWS[from]?.includes(to)
  })
  expect(wrong).toEqual([])
})

test('wire imports nothing', () => {
  expect(imports.filter(({ file, target }) => roomOf(file) === 'wire' && !target.startsWith('./'))).toEqual(
    [],
  )
})

test('doors do not know each other', () => {
  const doorOf = (file: string) =>
    file
      .split('/')
      .slice(0, 2)
      .join('/')
      .replace(/^instrumentation\/.*/, 'instrumentation')
  const shared = new Set(['src/otel', 'src/pipelines.ts', 'src/crash.ts'])
  const wrong = imports.filter(({ file, target }) => {
    if (!target.startsWith('.') || target.endsWith('package.json')) return false
    const to = targetFile(file, target)
    if (roomOf(file) !== 'doors' || roomOf(to) !== 'doors') return false
    return doorOf(file) !== doorOf(to) && !shared.has(doorOf(to))
  })
  expect(wrong).toEqual([])
})

test('no package of an SDK is imported at run time', () => {
  const packages = imports.filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'))
  const names = new Set(packages.map(({ target }) => target))
  const sdk = [...names].filter((name) => /^@opentelemetry\/(?!api$)/.test(name))
  // The type of the HTTP instrumentation that ours extends; the class itself is loaded only when it is there.
  expect(sdk.filter((name) => name !== '@opentelemetry/instrumentation-http')).toEqual([])
})

test('most files end before they tire', () => {
  const lengths = files.map((file) => ({
    file,
    lines: readFileSync(join(root, file), 'utf8').split('\n').length,
  }))
  expect(lengths.filter(({ lines }) => lines > 400)).toEqual([])
})

function targetFile(file: string, target: string): string {
  return relative(root, resolve(root, dirname(file), target)).replace(/\.js$/, '.ts')
}
