import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { FINDINGS } from '../../src/cli/doctor/findings.js'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/troubleshooting.md'), 'utf8')

test('every finding of the doctor has a section of its own, with its title', () => {
  const sections = page.split(/^## /m).filter((section) => /^[A-Z_]+\n/.test(section))
  const titles = sections.map((section) => {
    const [code = '', , first = ''] = section.split('\n')
    return [code, /^\*\*(.+?)\.\*\*/.exec(first)?.[1]]
  })
  expect(Object.fromEntries(titles)).toEqual(FINDINGS)
})

test('every finding of the doctor has a test', () => {
  const folder = resolve(import.meta.dirname, '../cli')
  const files = readdirSync(folder).filter((name) => /^doctor.*\.test\.ts$/.test(name))
  const tests = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
  expect(Object.keys(FINDINGS).filter((code) => !new RegExp(`'${code}\\b`).test(tests))).toEqual([])
})
