import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/**
 * Which folder may import which, as the table of docs/architecture.md says it: `folder` or `folder/part`. Every folder
 * may import itself, `wire` and `common`.
 */
const ALLOWED = readTable()

interface Import {
  readonly from: string
  readonly to: string
}

const files = ['src', 'instrumentation'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${top}/${name.replaceAll('\\', '/')}`),
)

const packages = new Set<string>()
const imports = files.flatMap((from): Import[] => {
  const code = readFileSync(join(root, from), 'utf8')
  // Type imports and re-exports count as much as any other.
  const targets = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(
    ([, target = '']) => target,
  )
  for (const target of targets) if (!/^(\.|node:)/.test(target)) packages.add(target)
  return targets
    .filter((target) => target.startsWith('.') && !/\.(json|css|cjs)$/.test(target))
    .map((target) => ({ from, to: targetFile(from, target) }))
})

test('src holds index.ts and folders, nothing else', () => {
  const loose = files.filter((file) => file.split('/').length === 2 && file.startsWith('src/'))
  expect(loose).toEqual(['src/index.ts'])
})

test('every folder stands in the table of docs/architecture.md', () => {
  const folders = new Set(files.map(folderOf))
  folders.delete('index.ts')
  expect([...folders].sort()).toEqual(Object.keys(ALLOWED).sort())
})

test('imports go only where the table lets them', () => {
  expect(imports.filter((each) => !isAllowed(each))).toEqual([])
})

test('each import names a file that is there', () => {
  const known = new Set(files)
  expect(imports.filter(({ to }) => !known.has(to))).toEqual([])
})

test('no files import each other in a circle', () => {
  expect(circles()).toEqual([])
})

test('no package of an SDK is imported at run time', () => {
  const sdk = [...packages].filter((name) => /^@opentelemetry\/(?!api$)/.test(name))
  // The optional peers: the class that ours stands on, and the SDK that zero code starts.
  const optional = ['@opentelemetry/instrumentation-http', '@opentelemetry/sdk-node']
  expect(sdk.filter((name) => !optional.includes(name))).toEqual([])
})

test('no file is longer than 400 lines', () => {
  const long = files.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 400)
  expect(long).toEqual([])
})

/** The rows of the table: | `folder/` | what lives there | may import |. */
function readTable(): Readonly<Record<string, readonly string[]>> {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const rows = page.matchAll(/^\| `([\w./]+?)\/?` \|[^|]*\| ([^|]*) \|$/gm)
  return Object.fromEntries(
    [...rows].map(([, folder = '', allowed = '']) => [
      folder,
      [...allowed.matchAll(/`([\w/]+?)\/?`|\b(everything)\b/g)].map(([, name, all]) => name ?? all ?? ''),
    ]),
  )
}

function folderOf(file: string): string {
  const [top = '', folder = ''] = file.split('/')
  return top === 'src' ? folder : top
}

function isAllowed({ from, to }: Import): boolean {
  const [folder, other] = [folderOf(from), folderOf(to)]
  // src/index.ts lists the public names.
  if (folder === 'index.ts' || folder === other || other === 'wire' || other === 'common') return true
  const allowed = ALLOWED[folder] ?? []
  return allowed.some((name) => name === 'everything' || name === other || to.startsWith(`src/${name}/`))
}

function circles(): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  const found = new Set<string>()
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    if (path.includes(file)) found.add([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (done.has(file) || path.includes(file)) return
    path.push(file)
    for (const target of targets.get(file) ?? []) visit(target)
    path.pop()
    done.add(file)
  }
  for (const file of files) visit(file)
  return [...found]
}

function targetFile(from: string, target: string): string {
  const path = relative(root, resolve(root, dirname(from), target)).replaceAll('\\', '/')
  const candidates = ['.ts', '.d.ts', '.tsx'].map((ending) => path.replace(/\.jsx?$/, ending))
  return candidates.find((candidate) => files.includes(candidate)) ?? path
}
