// npm test: all checks, the build and further installs side by side, then the tests. Installs by itself.
// Names of test files or folders may follow: npm test -- test/delivery
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled, root, run } from './lib/install.mjs'

const only = process.argv.slice(2)
const tool = (path) => join(root, 'node_modules', path)

ensureInstalled()

const checks = [
  ['format and lint', tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'],
  ['types', tool('typescript/bin/tsc'), '-p', '.'],
  ['types of the page', tool('typescript/bin/tsc'), '-p', 'src/inbox/page'],
]
const build = ['build', join(root, 'scripts/build.mjs'), '--if-stale']
const install = (folder) => [`packages of ${folder}`, join(root, 'scripts/lib/install-folder.mjs'), folder]
const installs = [
  // The other line of OpenTelemetry and of Node.
  install('test/dependencies/otel-3'),
  // Frameworks, loggers and the collection of all instrumentations.
  install('test/dependencies/frameworks'),
  // Bundlers, for the bundled Lambda example and the code blocks of docs/bundlers.md.
  install('test/dependencies/bundlers'),
]
// Side by side, as none of them uses all cores. Each shows its output when it has ended.
const results = await Promise.all([...(only.length === 0 ? checks : []), build, ...installs].map(runBeside))
if (results.includes(false)) process.exit(1)
heading('tests')
run(process.execPath, [tool('vitest/vitest.mjs'), 'run', ...only])

function heading(name) {
  console.log(`\n== ${name}`)
}

/** Resolves to whether it has succeeded. */
function runBeside([name, file, ...args]) {
  const env = process.stdout.isTTY ? { FORCE_COLOR: '1', ...process.env } : process.env
  const child = spawn(process.execPath, [file, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => {
      heading(code === 0 ? name : `${name}: failed with ${code ?? signal}`)
      process.stdout.write(output)
      done(code === 0)
    })
  })
}
