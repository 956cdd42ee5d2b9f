import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { printFindings } from '../../src/cli/doctor/findings.js'
import { findingsOf } from '../../src/cli/doctor/warnings.js'

const ROOT = resolve(import.meta.dirname, '../..')

test("a finding keeps another error's sentences in what is wrong, and what to type apart", () => {
  const message =
    'OpenTelemetry runs without the sampler, which failed (TypeError: Cannot read (a) thing. Try again). Install it: npm install x'
  expect(findingsOf([{ code: 'LOGNITOR_NOT_STARTED', message }])).toMatchObject([
    {
      wrong:
        'OpenTelemetry runs without the sampler, which failed (TypeError: Cannot read (a) thing. Try again).',
      mend: 'Install it: npm install x',
    },
  ])
})

test('a finding is not cut at a semicolon or colon: it says whole sentences', () => {
  const message = 'The route failed; for all: no way. To mend it: npm install x'
  expect(findingsOf([{ code: 'LOGNITOR_MISSING_PEER', message }])).toMatchObject([
    { wrong: 'The route failed; for all: no way.', mend: 'To mend it: npm install x' },
  ])
})

test('a finding does not advise to run the doctor, which is running', () => {
  const message =
    'One log was lost. To prevent this: raise flushOnExit; or check the address with npx lognitor doctor.'
  expect(findingsOf([{ code: 'LOGNITOR_LOST_AT_END', message }])).toMatchObject([
    { wrong: 'One log was lost.', mend: 'To prevent this: raise flushOnExit.' },
  ])
})

const FINDING = { code: 'NO_KEY', wrong: 'There is none.', costs: 'All.', mend: 'Set it.' } as const

test('the findings end with a path of the page about them that exists', () => {
  const place = { file: join(ROOT, 'dist/cli.cjs'), cwd: ROOT }
  expect(printFindings([FINDING], place)).toMatch(/\nMore on each: docs\/troubleshooting\.md\n$/)
  expect(printFindings([FINDING], { ...place, cwd: join(ROOT, 'src') })).toContain(
    `More on each: ${join(ROOT, 'docs/troubleshooting.md')}\n`,
  )
})

test('where the page is not installed, the findings name it in words', () => {
  const place = { file: join(ROOT, 'src/cli/main.ts'), cwd: ROOT }
  expect(printFindings([FINDING], place)).toContain(
    'More on each: docs/troubleshooting.md of @lognitor/opentelemetry.\n',
  )
})
