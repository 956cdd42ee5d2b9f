import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './blocks.js'

/** Words of our own that a reader would have to guess, each with the term to use instead. */
const HOME_MADE: Readonly<Record<string, string>> = {
  courier: 'API call',
  errand: 'API call',
  parcel: 'batch, body',
  'last mail': 'exit sender',
  doorbell: 'liveness socket',
  shelf: 'spool',
  guest: 'exit participant',
  'on the wire rows': 'request entries',
  'made anew': 'created again',
  consignment: 'forwarded export',
  brimful: 'at its maximum size',
  'waiting room': 'buffer of calls before init',
  'here are (?=GET|POST)': 'the gateway serves',
  'young one': 'a new process',
  '\\d us\\b': 'µs',
}

const FIRST_PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md']
const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((page) => page.endsWith('.md') && !page.startsWith('reference'))
  .map((page) => `docs/${page}`)

/** The reference has its words from here. */
const sources = ['src', 'instrumentation'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file}`),
)

test.each([...FIRST_PAGES, ...docs])('%s uses the terms of the field', (page) => {
  expect(homeMadeIn(page)).toEqual([])
})

test('names, comments and messages of the sources use the terms of the field', () => {
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.flatMap(homeMadeIn)).toEqual([])
})

/** Lines with a home-made word, and the term to use instead. */
function homeMadeIn(file: string) {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return Object.entries(HOME_MADE).flatMap(([word, term]) => {
    const pattern = new RegExp(`^.*\\b${word}\\b.*$`, 'gim')
    return (text.match(pattern) ?? []).map((line) => ({ file, line, term }))
  })
}
