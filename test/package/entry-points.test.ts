import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modulesOf } from '../support/project.js'
import { start } from '../support/run.js'

const root = resolve(import.meta.dirname, '../..')
const LINES = {
  '2.x': modulesOf('otel-2'),
  '3.x': modulesOf('otel-3'),
}

let tarball: string
let work: string

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'lognitor-package-'))
  // The build exists already: --ignore-scripts keeps npm from building again.
  const said = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  tarball = join(work, (JSON.parse(said) as [{ filename: string }])[0].filename)
})

afterAll(() => rmSync(work, { recursive: true, force: true }))

test('TypeScript without support for exports finds the declarations of every entry point', () => {
  const { exports, typesVersions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const declared = Object.entries<{ require?: { types: string } }>(exports).flatMap(([entry, { require }]) =>
    entry === '.' || require === undefined ? [] : [[entry.slice('./'.length), [require.types]]],
  )
  expect(typesVersions).toEqual({ '*': Object.fromEntries(declared) })
})

test('the package holds few files: the code, its declarations, and the pages that its messages name', () => {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  expect(files.length).toBeLessThan(60)
  for (const page of ['bundlers', 'errors', 'options', 'troubleshooting'])
    expect(files).toContain(`package/docs/${page}.md`)
  expect(files.filter((file) => /^package\/(?:src|test|bench|examples)\//.test(file))).toEqual([])
})

test('no file of the package names a folder of the machine that built it', () => {
  const texts = execFileSync('tar', ['-xzOf', tarball], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  expect(texts.match(/.{0,40}\.cache\/dist-.{0,40}/g) ?? []).toEqual([])
  expect(texts).not.toContain(root)
})

/** A project with the packed package and these other packages. */
function consumer(name: string, modules: string, packages: readonly string[]): string {
  const folder = join(work, name)
  const installed = join(folder, 'node_modules/@lognitor/opentelemetry')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  for (const one of packages) {
    const link = join(folder, 'node_modules', one)
    mkdirSync(resolve(link, '..'), { recursive: true })
    symlinkSync(join(modules, one), link)
  }
  return folder
}

async function run(folder: string, file: string, code: string, args: readonly string[] = []) {
  writeFileSync(join(folder, file), code)
  const program = start([...args, file], { cwd: folder })
  const status = await program.ended
  return { status, stdout: program.stdout(), stderr: program.stderr() }
}

describe('with @opentelemetry/api alone', () => {
  const alone = () => consumer(`alone-${readdirSync(work).length}`, LINES['2.x'], ['@opentelemetry/api'])

  test('import and require give one and the same client', async () => {
    const { stdout, stderr } = await run(
      alone(),
      'both.mjs',
      `import { createRequire } from 'node:module'
       import * as esm from '@lognitor/opentelemetry'
       const cjs = createRequire(import.meta.url)('@lognitor/opentelemetry')
       const client = esm.init({ apiKey: 'k' })
       console.log(cjs.getClient() === client, cjs.LognitorClient === esm.LognitorClient, Object.keys(cjs).sort().join() === Object.keys(esm).filter((key) => key !== 'default').sort().join())`,
    )
    expect(stderr).toBe('')
    expect(stdout.trim()).toBe('true true true')
  })

  test('every entry point loads both ways, prints nothing, and lets the process end', async () => {
    const folder = alone()
    for (const entry of ['', '/instrumentation', '/sdk', '/gateway', '/testing']) {
      const esm = await run(folder, 'one.mjs', `import '@lognitor/opentelemetry${entry}'`)
      const cjs = await run(folder, 'one.cjs', `require('@lognitor/opentelemetry${entry}')`)
      expect([entry, esm.stdout, esm.stderr, esm.status, cjs.stdout, cjs.stderr, cjs.status]).toEqual([
        entry,
        '',
        '',
        0,
        '',
        '',
        0,
      ])
    }
  })

  const entry = "'@lognitor/opentelemetry/instrumentation'"
  test.each([
    ['peer.mjs', `import { LognitorHttpInstrumentation } from ${entry}`],
    ['peer.cjs', `const { LognitorHttpInstrumentation } = require(${entry})`],
  ])(
    'the HTTP instrumentation names its missing peer in one warning and works without it: %s',
    async (file, load) => {
      const { stdout, stderr, status } = await run(
        alone(),
        file,
        `${load}
       const made = [1, 2].map(() => new LognitorHttpInstrumentation({ apiKey: 'k', ignoreRoutes: ['/health'] }))
       const [one] = made
       one.setTracerProvider({}), one.setMeterProvider({}), one.disable(), one.enable()
       console.log(one.instrumentationName, one.getConfig().ignoreRoutes)
       for (const each of made) each.shutdown()`,
      )
      expect(stdout).toBe("@opentelemetry/instrumentation-http [ '/health' ]\n")
      expect(stderr.match(/\[LOGNITOR_MISSING_PEER\]/g)).toHaveLength(1)
      expect(stderr).toContain('npm install @opentelemetry/instrumentation-http')
      expect(status).toBe(0)
    },
  )

  test.each(['--import', '--require'])(
    'zero code by %s names the missing peer, and the app runs',
    async (how) => {
      const { stdout, stderr, status } = await run(alone(), 'app.cjs', `console.log('app runs')`, [
        how,
        '@lognitor/opentelemetry/register',
      ])
      expect(stdout).toBe('app runs\n')
      expect(stderr).toContain('@opentelemetry/sdk-node')
      expect(status).toBe(0)
    },
  )

  test('node:http is not imported early, so that others can patch it first', async () => {
    const { stdout } = await run(
      alone(),
      'early.cjs',
      `require('@lognitor/opentelemetry').init({ apiKey: 'k' })
       require('@lognitor/opentelemetry/instrumentation').withLognitor()
       console.log(process.moduleLoadList.filter((name) => /NativeModule (http|https|_http_client)$/.test(name)).join())`,
    )
    expect(stdout.trim()).toBe('')
  })
})

test.each(['', '/instrumentation', '/sdk', '/gateway', '/testing'])(
  "an ES module wrapped by OpenTelemetry's loader hook has all its exports: %s",
  async (entry) => {
    const packages = ['@opentelemetry/api', '@opentelemetry/instrumentation']
    const folder = consumer(`hooked-${readdirSync(work).length}`, LINES['2.x'], packages)
    writeFileSync(
      join(folder, 'hook.mjs'),
      `import { register } from 'node:module'\nregister('@opentelemetry/instrumentation/hook.mjs', import.meta.url)`,
    )
    const code = `import * as ours from '@lognitor/opentelemetry${entry}'
      console.log(Object.values(ours).every((value) => value !== undefined))`
    const { stdout, stderr } = await run(folder, 'app.mjs', code, ['--import', './hook.mjs'])
    expect([stdout, stderr]).toEqual(['true\n', ''])
  },
)

describe.each(Object.entries(LINES))('beside OpenTelemetry %s', (line, modules) => {
  const app = readFileSync(join(import.meta.dirname, 'strict-consumer.ts.txt'), 'utf8').replace(
    'SDK_TRACE',
    `@opentelemetry/${line === '2.x' ? 'sdk-trace-base' : 'sdk-trace'}`,
  )

  test('types fit a strict consumer, as ES module and as CommonJS', async () => {
    const packages = [
      '@types/node',
      'undici-types',
      ...readdirSync(join(modules, '@opentelemetry')).map((name) => `@opentelemetry/${name}`),
    ]
    const folder = consumer(
      `types-${line}`,
      modules,
      packages.filter((name) => name.startsWith('@opentelemetry/')),
    )
    for (const name of ['@types/node', 'undici-types']) {
      mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
    }
    writeFileSync(join(folder, 'app.mts'), app)
    writeFileSync(join(folder, 'app.cts'), app)
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2022',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: ['node'],
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['app.mts', 'app.cts'] }),
    )
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const compiler = start([tsc, '-p', folder])
    await compiler.ended
    expect(compiler.stdout()).toBe('')
  })
})
