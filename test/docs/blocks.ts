import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

/** A fenced block of TypeScript or JavaScript in our docs. */
export interface Block {
  /** `README.md:38`. */
  readonly place: string
  /** A file name for the block. */
  readonly file: string
  readonly code: string
  /** Blocks run unless their fence says `no-run`: for blocks that never end, or need something a test does not have. */
  readonly runs: boolean
}

/** `untyped` is for blocks that import what has no types, or another file of the reader. */
const FENCE = /^```(ts|js)\b((?: no-run| untyped)*)$/

/** All blocks of the README and of docs/. */
export function readBlocks(): Block[] {
  const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  // The reference holds signatures, and the examples of the doc comments, which are no whole programs.
  const docs = pages
    .filter((page) => page.endsWith('.md') && !page.startsWith('reference'))
    .map((page) => `docs/${page}`)
  return ['README.md', ...docs.sort()].flatMap(blocksOf)
}

function blocksOf(page: string): Block[] {
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    const fence = FENCE.exec(line)
    if (fence === null) return []
    const [, language, flags = ''] = fence
    const code = lines.slice(index + 1, lines.indexOf('```', index + 1)).join('\n')
    return [
      {
        place: `${page}:${index + 1}`,
        file: `${page.replaceAll('/', '.').replace(/\.md$/, '')}-${index + 1}.${ending(code, language, flags)}`,
        code: `${code}\n`,
        runs: !flags.includes('no-run'),
      },
    ]
  })
}

/** A reader writes `js` blocks into files without types, but those that are ES modules are checked by TypeScript too. */
function ending(code: string, language = '', flags: string): string {
  if (/\brequire\(/.test(code)) return `c${language}`
  return flags.includes('untyped') ? 'mjs' : 'mts'
}

/** The packages that a block imports, by name. */
export function packagesOf({ code }: Block): string[] {
  const targets = [...code.matchAll(/(?:\bfrom|\bimport|\b(?:require|import|register)\() *'([^']+)'/g)]
  return targets
    .map(([, target = '']) => target)
    .filter((target) => !/^(node:|\.)/.test(target))
    .map((target) => /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target)
}
