import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createProject, type Project } from '../support/project.js'
import { readmeTest } from './readme.js'

const VITEST = join(resolve(import.meta.dirname, '../..'), 'node_modules/vitest/vitest.mjs')
const packages = ['@opentelemetry/api']
let project: Project
afterEach(() => project.remove())

test.each(['forks', 'vmThreads'])("the README's test passes in Vitest (pool: %s)", async (pool) => {
  const files = { 'package.json': '{}', 'readme.test.mjs': readmeTest('esm') }
  project = createProject({ line: 'jest', packages, files })
  const program = project.start([VITEST, 'run', '--globals', '--pool', pool], {
    env: { CI: '1', NO_COLOR: '1' },
  })
  const code = await program.ended
  expect(code, program.stdout() + program.stderr()).toBe(0)
  expect(program.stdout()).toMatch(/Tests {2}1 passed/)
  expect(program.stderr()).toBe('')
})

test.each([
  ['ES module', 'mjs', `import { mock, test } from 'node:test'\n${readmeTest('esm')}`],
  ['CommonJS', 'cjs', `const { mock, test } = require('node:test')\n${readmeTest('cjs')}`],
])("the README's test passes in node --test with its timers mocked (%s)", async (_, ending, code) => {
  const file = `readme.test.${ending}`
  project = createProject({ line: 'jest', packages, files: { [file]: `${code}mock.timers.enable()\n` } })
  const program = project.start(['--test', '--test-reporter=tap', file])
  expect(await program.ended, program.stdout()).toBe(0)
  expect(program.stdout()).toMatch(/^# pass 1$/m)
})
