// npm test: all checks, the cheapest first. Installs and builds by itself.
// Names of test files or folders may follow: npm test -- test/delivery
import { join } from 'node:path'
import { ensureInstalled, root, run } from './lib/install.mjs'

const only = process.argv.slice(2)
const tool = (path) => join(root, 'node_modules', path)

ensureInstalled()
// The other line of OpenTelemetry, and the other line of Node, whose package installs a binary by a script.
ensureInstalled('test/dependencies/otel-3', { withScripts: true })
// Frameworks, loggers and the collection of all instrumentations.
ensureInstalled('test/dependencies/frameworks')
// Bundlers.
ensureInstalled('test/dependencies/bundlers')
// Test runners, and other programs that run code in vm.
ensureInstalled('test/dependencies/jest')

if (only.length === 0) {
  step('format and lint', tool('@biomejs/biome/bin/biome'), ['check', '--error-on-warnings'])
  step('types', tool('typescript/bin/tsc'), ['-p', '.'])
  step('types of the page', tool('typescript/bin/tsc'), ['-p', 'src/inbox/page'])
}
step('build', join(root, 'scripts/build.mjs'), ['--if-stale'])
step('tests', tool('vitest/vitest.mjs'), ['run', ...only])

function step(name, file, args) {
  console.log(`\n== ${name}`)
  run(process.execPath, [file, ...args])
}
