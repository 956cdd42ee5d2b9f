// npm run reference: writes docs/reference from the sources, one page for each entry point.
// npm run reference -- --check: writes nothing, and fails when a page is not what the sources say.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, root } from './lib/install.mjs'

/** Source file, name of the page, what users import. */
const PAGES = [
  ['src/index.ts', 'index', '@lognitor/opentelemetry'],
  ['src/register/sdk.ts', 'sdk', '@lognitor/opentelemetry/sdk'],
  ['instrumentation/index.ts', 'instrumentation', '@lognitor/opentelemetry/instrumentation'],
  ['src/gateway/index.ts', 'gateway', '@lognitor/opentelemetry/gateway'],
  ['src/testing/index.ts', 'testing', '@lognitor/opentelemetry/testing'],
]
const PROGRAMS = 'test/dependencies/release'
const TARGET = join(root, 'docs/reference')

ensureInstalled()
ensureInstalled(PROGRAMS)
const pages = generate()
if (process.argv.includes('--check')) check(pages)
else write(pages)

function generate() {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const out = mkdtempSync(join(root, '.cache/reference-'))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(root, PROGRAMS, 'node_modules/typedoc/bin/typedoc'),
      ...['--plugin', 'typedoc-plugin-markdown', '--tsconfig', join(root, 'tsconfig.build.json')],
      ...['--out', out, '--outputFileStrategy', 'modules', '--readme', 'none', '--logLevel', 'Error'],
      ...[
        '--excludeInternal',
        '--excludePrivate',
        '--disableSources',
        '--hidePageHeader',
        '--hideBreadcrumbs',
      ],
      ...[
        '--hidePageTitle',
        '--useHTMLAnchors',
        '--expandObjects',
        '--useCodeBlocks',
        '--sort',
        'source-order',
      ],
      ...['--parametersFormat', 'table', '--interfacePropertiesFormat', 'table'],
      ...['--typeDeclarationFormat', 'table', '--propertyMembersFormat', 'table'],
      ...PAGES.flatMap(([source]) => ['--entryPoints', join(root, source)]),
    ],
    { cwd: join(root, PROGRAMS), encoding: 'utf8' },
  )
  if (status !== 0) {
    console.error(`${stdout}${stderr}`)
    process.exit(1)
  }
  const pages = new Map(PAGES.map(([source, name, module]) => [`${name}.md`, page(out, source, module)]))
  rmSync(out, { recursive: true })
  return pages
}

/** The page of one entry point, under the name that users import it by, with links to the other pages as they lie here. */
function page(out, source, module) {
  const file = source.replace(/(\/index)?\.ts$/, '.md')
  const text = readFileSync(join(out, file), 'utf8')
  const linked = PAGES.reduce((result, [other, name]) => {
    const path = other.replace(/(\/index)?\.ts$/, '.md').replaceAll('.', '\\.')
    return result.replace(
      new RegExp(`\\((?:\\.\\./)*(?:src/)?${path.replace(/^src\//, '')}(?=[#)])`, 'g'),
      `(${name}.md`,
    )
  }, text)
  const own = linked.replace(/\n#+ (?:Inherited from|Overrides)\n\n`[^\n]*`\n/g, '')
  const note = '<!-- Written by `npm run reference` from the doc comments of the sources. -->'
  return `${note}\n\n# ${module}\n\n${own.trim()}\n`
}

function write(pages) {
  rmSync(TARGET, { recursive: true, force: true })
  mkdirSync(TARGET, { recursive: true })
  for (const [name, text] of pages) writeFileSync(join(TARGET, name), text)
}

function check(pages) {
  const known = existsSync(TARGET) ? readdirSync(TARGET) : []
  const names = new Set([...pages.keys(), ...known])
  const stale = [...names].filter((name) => {
    const path = join(TARGET, name)
    return !existsSync(path) || readFileSync(path, 'utf8') !== pages.get(name)
  })
  if (stale.length === 0) return
  console.error(`docs/reference is not what the sources say: ${stale.join(', ')}. Run npm run reference.`)
  process.exit(1)
}
