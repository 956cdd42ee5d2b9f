// npm run release:check: everything that must be true of a release, the cheapest first. Ends at the first failure.
// --without-tests leaves npm test out, --without-audit the question for known vulnerabilities. A registry that does not
// answer that question fails the check at its end, when all other steps have passed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, root, run } from './lib/install.mjs'

const PROGRAMS = 'test/dependencies/release'
/** Licences of code, and of the inbox's font (OFL), that may be bundled into a package under the MIT licence. */
const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'OFL-1.1']
const flags = new Set(process.argv.slice(2))
const { name, version, repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

ensureInstalled()
ensureInstalled(PROGRAMS)
step('the change log names the version and its date', checkChangeLog)
step('the words are spelt as in cspell.json', () =>
  run(process.execPath, [join(root, 'node_modules/cspell/bin.mjs'), '--no-progress']),
)
step('the reference is what the sources say', () => script('reference.mjs', '--check'))
const folder = mkdtempSync(join(tmpdir(), 'lognitor-release-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const tarball = step('the package can be packed', pack)
step('the licences of all bundled code are allowed and inside', checkLicences)
step('publint finds nothing', () => program('publint/src/cli.js', 'run', tarball, '--strict'))
step('the types resolve for every kind of import', () =>
  program('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'node16'),
)
/** Steps that were left out or could not be done, each as a sentence. */
const missing = []
if (flags.has('--without-audit')) missing.push('Known vulnerabilities were not looked for (--without-audit).')
else step('no package that comes with it has a known vulnerability', () => audit(tarball))
if (flags.has('--without-tests')) missing.push('The tests were not run (--without-tests).')
else step('the tests pass', () => script('test.mjs'))
if (repository === undefined)
  missing.push(
    'package.json has no "repository", so the page on npm will not resolve the links of the README.',
  )
console.log(['', `${name} ${version} has passed every step that was run.`, ...missing].join('\n'))

function step(title, check) {
  console.log(`\n== ${title}`)
  return check()
}

function script(file, ...args) {
  run(process.execPath, [join(root, 'scripts', file), ...args])
}

function program(file, ...args) {
  run(process.execPath, [join(root, PROGRAMS, 'node_modules', file), ...args])
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

function checkChangeLog() {
  const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
  const heading = new RegExp(
    `^## (?:\\[)?${version.replaceAll('.', '\\.')}(?:\\])?.*\\d{4}-\\d\\d-\\d\\d`,
    'm',
  )
  if (!heading.test(text)) fail(`CHANGELOG.md has no section "## ${version} - <date>".`)
}

/** Packs by npm, which builds first, and prints what is inside. */
function pack() {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) fail(stderr)
  const [{ filename, files, size, unpackedSize }] = JSON.parse(stdout.slice(stdout.indexOf('[\n')))
  for (const { path } of files) console.log(path)
  console.log(`${files.length} files, ${size} bytes packed, ${unpackedSize} bytes unpacked`)
  const strange = files.filter(
    ({ path }) => !/^(dist|docs|collector-config)\/|^[A-Z]+(\.md)?$|^package\.json$/.test(path),
  )
  if (strange.length > 0)
    fail(`These files do not belong into the package: ${strange.map(({ path }) => path).join(', ')}`)
  return join(folder, filename)
}

function checkLicences() {
  const texts = readFileSync(join(root, 'dist/LICENSES.txt'), 'utf8').split('\n\n----\n\n')
  for (const text of texts) {
    const [, what, licence] =
      /^(\S+ \S+) \((.+)\)/.exec(text) ?? fail(`A licence has no heading: ${text.slice(0, 80)}`)
    console.log(`${what}: ${licence}`)
    if (!ALLOWED.includes(licence)) fail(`The licence of ${what} is not among ${ALLOWED.join(', ')}.`)
    if (text.length < 300) fail(`The text of the licence of ${what} is missing.`)
  }
}

function audit(tarball) {
  const consumer = join(folder, 'consumer')
  run('npm', ['install', '--prefix', consumer, '--no-fund', '--no-audit', '--ignore-scripts', tarball])
  const { status, stdout } = spawnSync(
    'npm',
    ['audit', '--omit=dev', '--audit-level=low', '--json', '--loglevel=silent'],
    { cwd: consumer, encoding: 'utf8' },
  )
  const answer = JSON.parse(stdout || '{}')
  const found = answer.metadata?.vulnerabilities?.total
  if (found === undefined) {
    const why = answer.statusCode ? `the registry answers ${answer.statusCode} to npm audit` : answer.message
    missing.push(`Known vulnerabilities could not be looked for: ${why ?? 'npm audit gave no report'}.`)
    console.log(missing.at(-1))
    process.exitCode = 1
  } else if (status !== 0) fail(stdout)
  else console.log('npm audit: no known vulnerability')
}
