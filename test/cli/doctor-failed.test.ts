import { expect, test } from 'vitest'
import { findingOfEnd } from '../../src/cli/doctor/failed.js'

const ended = (stderr: string, how: { code?: number; signal?: NodeJS.Signals } = { code: 1 }) =>
  findingOfEnd({
    command: 'node app.js',
    code: how.code ?? null,
    signal: how.signal ?? null,
    ms: 420,
    stderr,
  })

const CRASH = `up
node:internal/modules/package_json_reader:314
  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);
        ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'shop'
    at Object.getPackageJSONURL (node:internal/modules/package_json_reader:314:9) {
  code: 'ERR_MODULE_NOT_FOUND'
}

Node.js v24.1.0
(node:7) [LOGNITOR_LOST_AT_END] LognitorWarning: 1 log or request was lost at the end
(Use \`node --trace-warnings ...\` to show where the warning was created)
`

test('a program that crashes is reported with its code, its time and the line of the error', () => {
  expect(ended(CRASH)[0]?.wrong).toBe(
    "node app.js ended with code 1 after 0.4 seconds: Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'shop'",
  )
})

test('a program that prints no error is reported with its last lines, without control characters', () => {
  expect(ended('one\ntwo\n\nthree \u001b[0m\n')[0]?.wrong).toBe(
    'node app.js ended with code 1 after 0.4 seconds: two ↵ three \\x1b[0m',
  )
})

test('a program that prints nothing is reported in a whole sentence', () => {
  expect(ended('', { signal: 'SIGSEGV' })[0]?.wrong).toBe('node app.js ended by SIGSEGV after 0.4 seconds.')
})

test('a program that ends with code 0 is no finding', () => {
  expect(ended(CRASH, { code: 0 })).toEqual([])
})
