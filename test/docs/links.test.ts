import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from './blocks.js'

const FOLDERS = ['docs', 'bench', 'examples', 'collector-config', '.github']

/** All Markdown pages of the repository, relative to its root. */
const pages = [
  ...readdirSync(ROOT),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ),
].filter((page) => page.endsWith('.md') && !page.includes('node_modules'))

interface Link {
  readonly target: string
  readonly anchor: string | undefined
}

/** Links and pictures to files of the repository, without those in code. */
function linksOf(page: string): Link[] {
  const text = withoutCode(page).replaceAll(/`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#')
      return { target: path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path)), anchor }
    })
}

function withoutCode(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '')
}

/** The anchors of a page: its own, and those that GitHub gives to headings, numbered where a heading repeats. */
function anchorsOf(page: string): string[] {
  const text = withoutCode(page)
  const counts = new Map<string, number>()
  const ofHeadings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const count = counts.get(anchor) ?? 0
    counts.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
  return [...ofHeadings, ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id)]
}

describe('every link leads to a file and a heading:', () => {
  test.each(pages)('%s', (page) => {
    const broken = linksOf(page).filter(({ target, anchor }) => {
      if (!existsSync(join(ROOT, target))) return true
      return anchor !== undefined && !anchorsOf(target).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

test('docs/README.md lists every page of docs', () => {
  const listed = new Set(linksOf('docs/README.md').map(({ target }) => target))
  const docs = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
  expect(docs.filter((page) => !listed.has(page))).toEqual([])
})
