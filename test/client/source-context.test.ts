import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { createSourceContext } from '../../src/pipeline/source-context.js'
import type { ErrorDetail } from '../../src/wire/log.js'
import { openGateway, send } from '../gateway/support.js'
import { logsThrough } from '../otel/support.js'
import { start } from '../support/run.js'
import { inMemory } from './support.js'

const root = resolve(import.meta.dirname, '../..')
const require = createRequire(import.meta.url)
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lognitor sources ü-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): string {
  const file = join(folder, name)
  mkdirSync(resolve(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return file
}

function linesAt(filename: string, line: number): ErrorDetail {
  const error: ErrorDetail = { type: 'E', message: 'm', filename, line_number: line }
  createSourceContext()(error)
  return error
}

const NUMBERED = Array.from({ length: 20 }, (_, n) => `line ${n + 1}`)

test('a captured error has its source line and five lines before and after', async () => {
  const { client, logs } = inMemory()
  client.captureException(new Error('here'))
  const [log] = await logs()
  const { filename, line_number: line = 0, ...error } = (log as { error: ErrorDetail }).error
  expect(filename).toBe(import.meta.filename)
  const own = readFileSync(import.meta.filename, 'utf8').split('\n')
  expect(error.context_line).toBe("  client.captureException(new Error('here'))")
  expect(error.pre_context).toEqual(own.slice(line - 6, line - 1))
  expect(error.post_context).toEqual(own.slice(line, line + 5))
})

test('errors of every entry point have source lines, logger records too', async () => {
  const { client, logs } = inMemory()
  logsThrough(new LognitorLogRecordProcessor({ client }))
    .getLogger('app')
    .emit({ body: 'record', severityNumber: 17, exception: new Error('by record') })
  client.error('line', { error: new Error('by option') })
  client.error('told', { error: { type: 'T', message: 'm', filename: import.meta.filename, lineNumber: 1 } })
  const [byRecord, byOption, told] = await logs()
  expect(byRecord?.error?.context_line).toContain("exception: new Error('by record')")
  expect(byOption?.error?.context_line).toContain("error: new Error('by option')")
  expect(told?.error?.context_line).toMatch(/^import /)
})

test('the gateway reads no source lines, because it runs elsewhere', async () => {
  const { gateway, vendor } = await openGateway()
  const { stack } = new Error('elsewhere')
  const attribute = (key: string, stringValue: unknown) => ({ key, value: { stringValue } })
  const attributes = [attribute('exception.type', 'Error'), attribute('exception.stacktrace', stack)]
  const logRecords = [{ severityNumber: 17, body: { stringValue: 'elsewhere' }, attributes }]
  await send(gateway, '/v1/logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
  const [log] = vendor.batches[0]?.json.logs ?? []
  expect(log.error.filename).toBe(import.meta.filename)
  expect(log.error).not.toHaveProperty('context_line')
})

test('sourceContext: false leaves the source lines out', async () => {
  const { client, logs } = inMemory({ sourceContext: false })
  client.captureException(new Error('here'))
  const [log] = await logs()
  expect(log?.error?.filename).toBe(import.meta.filename)
  expect(log?.error).not.toHaveProperty('context_line')
})

test('redaction and beforeSend see the source lines', async () => {
  const { client, logs } = inMemory({ redactPatterns: ['email'] })
  client.captureException(new Error('to ada@example.com'))
  expect((await logs())[0]?.error?.context_line).toContain("new Error('to [REDACTED]')")
})

test('at the edges of a file there are fewer source lines', () => {
  const file = write('edges.js', NUMBERED.join('\n'))
  expect(linesAt(file, 1)).toMatchObject({
    context_line: 'line 1',
    pre_context: [],
    post_context: ['line 2', 'line 3', 'line 4', 'line 5', 'line 6'],
  })
  expect(linesAt(file, 19)).toMatchObject({ context_line: 'line 19', post_context: ['line 20'] })
  for (const line of [0, -1, 22, 1.5, Number.NaN])
    expect(linesAt(file, line)).not.toHaveProperty('context_line')
})

test('line ends of every platform are recognised', () => {
  const text = `\ufeffline 1\r\nline 2\rline 3\u2028line 4\nline 5`
  expect(linesAt(write('ends.mjs', text), 3)).toMatchObject({
    pre_context: ['line 1', 'line 2'],
    context_line: 'line 3',
    post_context: ['line 4', 'line 5'],
  })
})

test('source lines of ES modules, whose frames are URLs, are found', async () => {
  const file = write('module one.mjs', "export function fail() {\n  throw new Error('from a module')\n}\n")
  const { fail } = await import(/* @vite-ignore */ pathToFileURL(file).href)
  const { client, logs } = inMemory()
  try {
    fail()
  } catch (error) {
    client.captureException(error)
  }
  expect((await logs())[0]?.error?.context_line).toBe("  throw new Error('from a module')")
  expect(linesAt(pathToFileURL(file).href, 2).context_line).toBe("  throw new Error('from a module')")
})

test('the source line is that of the application, not of the package that threw', async () => {
  const file = write(
    'node_modules/pkg/index.js',
    "module.exports = () => {\n  throw new Error('inside')\n}\n",
  )
  const { client, logs } = inMemory()
  try {
    require(file)()
  } catch (error) {
    client.captureException(error)
  }
  expect((await logs())[0]?.error).toMatchObject({
    filename: import.meta.filename,
    context_line: '    require(file)()',
  })
  expect(linesAt(file, 2)).not.toHaveProperty('context_line')
})

test('a long source line is cut at 300 characters, and never within a character', () => {
  const file = write('long.js', `${'x'.repeat(299)}😀${'y'.repeat(5000)}\n${'z'.repeat(400)}`)
  expect(linesAt(file, 1).context_line).toBe('x'.repeat(299))
  expect(linesAt(file, 2).context_line).toBe('z'.repeat(300))
})

test('a file that is too large, not a regular file or not source code is not read', () => {
  const large = write('large.js', `first\n${'x'.repeat(2 * 1024 * 1024)}`)
  mkdirSync(join(folder, 'folder.js'))
  const pipe = join(folder, 'pipe.js')
  execFileSync('mkfifo', [pipe])
  const secrets = [
    write('.env', 'PASSWORD=1'),
    write('secrets.json', '{}'),
    '/etc/passwd',
    '/dev/stdin',
    '/proc/self/environ',
  ]
  const others = [
    'relative.js',
    'node:fs',
    'webpack://app/a.js',
    join(folder, 'gone.js'),
    'file://host/a.js',
    '',
  ]
  for (const file of [large, join(folder, 'folder.js'), pipe, ...secrets, ...others]) {
    expect(linesAt(file, 1), file).not.toHaveProperty('context_line')
  }
})

test('a source position is read once', () => {
  const add = createSourceContext()
  const file = write('once.js', NUMBERED.join('\n'))
  const at = (line: number) => {
    const error: ErrorDetail = { type: 'E', message: 'm', filename: file, line_number: line }
    add(error)
    return error
  }
  const first = at(3)
  // Each log has a copy of the lines, so a change does not affect the next one.
  first.pre_context?.push('changed')
  rmSync(file)
  expect(at(3)).toMatchObject({ context_line: 'line 3', pre_context: ['line 1', 'line 2'] })
  expect(at(4)).not.toHaveProperty('context_line')
})

test('source lines never show the API key or a part of it, also after the key was changed', () => {
  const keys = ['lgn_live_8f2c1d77e0', 'lgn_next_55aa19e3c4']
  let key = keys[0]
  const add = createSourceContext(() => key)
  const long = `${' '.repeat(290)}'${keys[0]}'`
  const file = write('keys.js', [`init({ apiKey: '${keys[0]}' })`, long, `'${keys[1]}'`, 'boom()'].join('\n'))
  const seen = () => {
    const error: ErrorDetail = { type: 'E', message: 'm', filename: file, line_number: 4 }
    add(error)
    return error
  }
  expect(seen().pre_context?.[0]).toBe("init({ apiKey: '***' })")
  expect(JSON.stringify(seen())).not.toMatch(/lgn_live/)
  key = keys[1]
  expect(seen().pre_context?.[2]).toBe("'***'")
})

test('only the last 200 source positions are remembered', () => {
  const add = createSourceContext()
  const text = Array.from({ length: 300 }, (_, n) => `line ${n + 1}`).join('\n')
  const file = write('many.js', text)
  const at = (line: number) => {
    const error: ErrorDetail = { type: 'E', message: 'm', filename: file, line_number: line }
    add(error)
    return error.context_line
  }
  for (let line = 1; line <= 200; line++) at(line)
  at(1)
  at(201)
  rmSync(file)
  expect([at(1), at(2), at(201)]).toEqual(['line 1', undefined, 'line 201'])
})

test('with --enable-source-maps the lines are those of the original source', async () => {
  const bundle = await rolldown({
    cwd: root,
    input: 'test/client/apps/mapped.ts',
    platform: 'node',
    external: [/^node:/, /^@opentelemetry\//],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    logLevel: 'silent',
  })
  const built = join(root, '.cache/test/mapped')
  const file = join(built, 'mapped.cjs')
  await bundle.write({ file, format: 'cjs', sourcemap: true, codeSplitting: false })
  await bundle.close()
  const run = start(['--enable-source-maps', file])
  expect(await run.ended, run.stderr()).toBe(0)
  rmSync(built, { recursive: true })
  const error = JSON.parse(run.stdout()) as ErrorDetail
  const source = join(root, 'test/client/apps/mapped.ts')
  const line =
    readFileSync(source, 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('throw')) + 1
  expect(error).toMatchObject({ filename: source, line_number: line })
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the line as it was written
  expect(error.context_line).toBe('  throw new RangeError(`order ${order.id} is out of range`)')
  expect(error.pre_context?.at(-1)).toBe('function charge(order: Order): never {')
})
