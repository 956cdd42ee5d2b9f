import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './blocks.js'

/**
 * Words of our own that a reader would have to guess, each with the term to use instead. The reference has its words
 * from the sources.
 */
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
  'young one': 'a new process',
  '\\d us\\b': 'µs',
}

const FIRST_PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md']
const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((page) => page.endsWith('.md') && !page.startsWith('reference'))
  .map((page) => `docs/${page}`)

test.each([...FIRST_PAGES, ...docs])('%s uses the terms of the field', (page) => {
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n')
  const found = Object.entries(HOME_MADE).flatMap(([word, term]) =>
    lines.filter((line) => new RegExp(`\\b${word}\\b`, 'i').test(line)).map((line) => ({ line, term })),
  )
  expect(found).toEqual([])
})
