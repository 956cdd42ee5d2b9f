import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

export interface Pattern {
  readonly place: string
  readonly source: string
  readonly flags: string
}

const root = resolve(import.meta.dirname, '../..')

/** Every RegExp literal in our code. Patterns that are built from parts are tested through their entry points. */
export function patternsOfOurs(): Pattern[] {
  return ['src', 'instrumentation'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => patternsIn(`${folder}/${name}`)),
  )
}

function patternsIn(file: string): Pattern[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: Pattern[] = []
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { regex } = node as { regex?: { pattern: string; flags: string } }
    if (regex !== undefined) found.push({ place: file, source: regex.pattern, flags: regex.flags })
    else Object.values(node).forEach(look)
  }
  look(parseAst(text, { lang: 'ts', sourceType: 'module' }))
  return found
}

/** Pieces that are tried with every pattern. */
export const PLAIN = [
  'a',
  'A',
  '1',
  ' ',
  '\n',
  '/',
  '\\',
  '.',
  '-',
  ',',
  '[',
  '"',
  '%41',
  ':',
  '=',
  ';',
  '\u00e9',
]

/** Texts that a pattern may scan again and again: repeated pieces of what it finds and of what it skips. */
export function piecesFor({ source }: Pattern): string[] {
  const words = source
    .replace(/\(\?(?:[:=!]|<[=!])/g, '(')
    .replace(/\[(?:\\.|[^\]\\])*\]/g, oneOfClass)
    .replace(/\\[pu]\{[^}]*\}|\\u[\da-f]{4}|\\[dwsbDWSB]/gi, ' ')
    .replace(/\\(.)/g, '$1')
    .split(/[ ()|{}^$*+?.]+/)
    .filter((word) => word !== '' && !/^[\d,]+$/.test(word))
  // All words of the pattern in a row, so that it begins a match at each and never completes one.
  return [...new Set([...PLAIN, ...words, words.join(''), words.join('a'), `${words.join('')} `])].filter(
    Boolean,
  )
}

/** `[\\/]` stands for a slash; excluded or named characters separate words. */
function oneOfClass(written: string): string {
  const last = written.at(-2) ?? ' '
  return written.startsWith('[^') || /\w/.test(last) ? ' ' : `\\${last}`
}
