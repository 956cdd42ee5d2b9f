import { afterEach, expect, test } from 'vitest'
import { createProject, type Project } from '../support/project.js'
import { readmeTest } from './readme.js'

const packages = ['@opentelemetry/api', 'jest']
let project: Project
afterEach(() => project.remove())

/** A project that has installed Jest, with these tests. */
function withTests(files: Record<string, string>): Project {
  return createProject({ line: 'jest', packages, files: { 'package.json': '{}', ...files } })
}

/** Runs Jest to its end; it has to end by itself, with every test passed. */
async function passes(tests: number, args: readonly string[] = [], flags: readonly string[] = []) {
  const jest = [...flags, 'node_modules/jest/bin/jest.js', '--no-watchman', '--cacheDirectory', 'cache']
  const program = project.start([...jest, ...args], { env: { CI: '1' } })
  const code = await program.ended
  const said = program.stdout() + program.stderr()
  expect(code, said).toBe(0)
  expect(said).toContain(`Tests:       ${tests} passed, ${tests} total`)
  expect(said).not.toMatch(/open handle|did not exit|failed to exit|LOGNITOR_/)
}

test("the README's test passes in Jest, which finds nothing open afterwards", async () => {
  project = withTests({ 'readme.test.js': readmeTest('cjs') })
  await passes(1, ['--runInBand', '--detectOpenHandles'])
})

test("the README's test passes in several workers of Jest, and they end by themselves", async () => {
  project = withTests({ 'a.test.js': readmeTest('cjs'), 'b.test.js': readmeTest('cjs') })
  await passes(2, ['--maxWorkers', '2'])
})

test("the README's test passes in Jest with fake timers everywhere and modules loaded again", async () => {
  project = withTests({
    'readme.test.js': readmeTest('cjs').repeat(2),
    'jest.config.js': 'module.exports = { fakeTimers: { enableGlobally: true }, resetModules: true }',
  })
  await passes(2)
})

test("the README's test passes in Jest's ES modules", async () => {
  project = withTests({ 'readme.test.mjs': readmeTest('esm') })
  await passes(1, ['--testMatch', '**/*.test.mjs', '--detectOpenHandles'], ['--experimental-vm-modules'])
})

test('a coded warning under Jest throws nothing into the application', async () => {
  project = withTests({
    'warns.test.js': `
const { init, log } = require('@lognitor/opentelemetry')
test('warns', () => {
  expect(init({}).info('no key')).toBe('')
  log('nonsense', 'no such level')
})`,
  })
  const jest = ['node_modules/jest/bin/jest.js', '--no-watchman', '--cacheDirectory', 'cache']
  const program = project.start(jest, { env: { CI: '1' } })
  expect(await program.ended, program.stderr()).toBe(0)
  expect(program.stderr()).toMatch(/\[LOGNITOR_NO_API_KEY\] LognitorWarning: /)
})

test('the Jest example', async () => {
  project = createProject({ line: 'jest', packages, code: 'examples/jest' })
  await passes(4, ['--detectOpenHandles'])
})
