import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { ERRORS, WARNINGS } from '../../src/config/errors.js'
import { environmentName, type Known, OPTIONS, resolveOptions } from '../../src/config/options.js'
import { DROP_REASONS } from '../../src/diagnostics/drop-ledger.js'

const read = (name: string) => readFileSync(resolve(import.meta.dirname, '../../docs', name), 'utf8')

/** The rows of a page's tables, by their first cell. */
function rows(page: string, heading: string): Map<string, string[]> {
  const [, section = ''] = page.split(`${heading}\n`)
  const [own = ''] = section.split(/\n## /)
  const cells = own.split('\n').filter((line) => /^\| `/.test(line))
  return new Map(
    cells.map((line) => {
      const [first = '', ...rest] = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
      return [first.replaceAll('`', ''), rest]
    }),
  )
}

test('every option is in docs/options.md with its default and its variable', () => {
  const documented = rows(read('options.md'), '## Options of the client')
  expect([...documented.keys()]).toEqual(Object.keys(OPTIONS))
  const defaults = resolveOptions({}, {}) as Record<string, unknown>
  for (const [name, known] of Object.entries(OPTIONS)) {
    const [fallback = '', environment = ''] = documented.get(name) ?? []
    const value = defaults[name]
    if (['string', 'number', 'boolean'].includes(typeof value))
      expect(fallback, name).toBe(
        String(value).match(/[a-z]{4}/) && typeof value === 'string' ? `\`${value}\`` : String(value),
      )
    const variable = 'env' in known ? known.env[0] : environmentName(name)
    const isReadable = (known.kind as { read?: unknown }).read !== undefined
    expect(environment, name).toBe(isReadable ? `\`${variable}\`` : '')
  }
})

test('docs/options.md says when each option can change', () => {
  const documented = rows(read('options.md'), '## Change options later')
  const expected = Object.entries<Known<unknown>>(OPTIONS).map(([name, { changes }]) => [
    name,
    [changes ?? 'from the next log on'],
  ])
  expect([...documented]).toEqual(expected)
})

test('every error code is in docs/errors.md with its meaning', () => {
  const documented = rows(read('errors.md'), '## Errors that are thrown')
  expect(Object.fromEntries([...documented].map(([code, [meaning]]) => [code, meaning]))).toEqual(ERRORS)
})

test('every warning code is in docs/errors.md with its meaning', () => {
  const documented = rows(read('errors.md'), '## Process warnings')
  expect(Object.fromEntries([...documented].map(([code, [meaning]]) => [code, meaning]))).toEqual(WARNINGS)
})

test('every reason for a drop is in docs/errors.md', () => {
  expect([...rows(read('errors.md'), '## Reasons for a drop').keys()]).toEqual([...DROP_REASONS])
})
