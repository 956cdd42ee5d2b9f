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

/** The anchors that GitHub gives to the headings of a page, and those that the page sets itself. */
function anchorsOf(page: string): Set<string> {
  const text = withoutCode(page)
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id))
  for (const [, heading = ''] of text.matchAll(/^#+ (.+)$/gm)) {
    const slug = slugOf(heading)
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  return anchors
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}

describe('every link leads to a file and a heading:', () => {
  test.each(pages)('%s', (page) => {
    const broken = linksOf(page).filter(({ target, anchor }) => {
      if (!existsSync(join(ROOT, target))) return true
      return anchor !== undefined && !anchorsOf(target).has(anchor)
    })
    expect(broken).toEqual([])
  })
})

test('docs/README.md lists every page of docs', () => {
  const listed = new Set(linksOf('docs/README.md').map(({ target }) => target))
  const docs = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
  expect(docs.filter((page) => !listed.has(page))).toEqual([])
})
