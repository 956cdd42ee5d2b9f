import { mkdirSync, readdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createProgress } from '../../src/cli/progress.js'
import { KEY, openSpoolRig, removeProgram, type SpoolRig } from '../spool/support.js'
import type { Program } from '../support/program.js'
import { buildCli } from './support.js'

let program: Program
let rig: SpoolRig

beforeAll(async () => {
  program = await buildCli()
})
beforeEach(async () => {
  rig = await openSpoolRig()
})
afterEach(() => rig.close())
afterAll(async () => {
  program.remove()
  await removeProgram()
})

async function run(args: string[], env: Record<string, string> = {}) {
  const started = program.start(['spool', ...args], {
    LOGNITOR_API_KEY: KEY,
    LOGNITOR_API_URL: rig.vendor.apiUrl,
    ...env,
  })
  return { code: await started.ended, output: started.stdout(), errors: started.stderr() }
}

test('status shows what is not delivered, by address and process', async () => {
  expect((await run(['status', rig.directory])).output).toBe('The spool is empty.\n')
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '40', REQUESTS: '5' })
  const living = await rig.writeAndLive({ LOGS: '10' })
  const { code, output } = await run(['status', rig.directory])
  expect(code).toBe(0)
  const lines = output.trim().split('\n')
  expect(lines[0]).toMatch(new RegExp(`^${rig.vendor.apiUrl} \\(destination [0-9a-f]{8}\\)$`))
  // The running process has taken over the files of the ended one.
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(
      new RegExp(`^ {2}process ${living.child.pid} on .+, running: 55 not delivered, \\d+ KiB$`),
    ),
  ])
  living.child.kill('SIGKILL')
  await living.ended
  const json = JSON.parse((await run(['--json', 'status', rig.directory])).output)
  expect(json.destinations).toMatchObject([
    { apiUrl: rig.vendor.apiUrl, folders: [{ lives: false, entries: 55 }] },
  ])
})

test('replay delivers what ended processes have left', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '250', REQUESTS: '5' })
  rig.vendor.answer({})
  const { code, output, errors } = await run(['replay', rig.directory])
  expect({ code, output, errors }).toEqual({ code: 0, output: '255 of 255 delivered.\n', errors: '' })
  expect(new Set(rig.vendor.messages()).size).toBe(250)
  expect((await run(['status', rig.directory])).output).toContain('  nothing')
})

test('replay leaves the entries of another key or address', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '25' })
  rig.vendor.answer({})
  const { code, output } = await run(['replay', rig.directory], { LOGNITOR_API_KEY: 'another' })
  expect(code).toBe(0)
  expect(output).toBe(
    `0 of 0 delivered.\nWhat is left was written for another key or address: ${rig.vendor.apiUrl}.\n`,
  )
  expect(rig.vendor.messages()).toEqual([])
  // No folder is left for a key for which nothing was written.
  expect(readdirSync(rig.directory)).toHaveLength(1)
})

test('replay ends and leaves everything in place when the key is refused', async () => {
  rig.vendor.answer({ status: 401 })
  await rig.writeAndDie({ LOGS: '25' })
  const { code, errors } = await run(['replay', rig.directory])
  expect(code).toBe(1)
  expect(errors).toContain('the rest stays in the spool (the service refused the key)')
  expect((await run(['status', rig.directory])).output).toContain('ended: 25 not delivered')
})

test('replay ends when nothing could be delivered for the time in --give-up-after', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '25' })
  const { code, errors } = await run(['replay', rig.directory, '--give-up-after', '1'])
  expect(code).toBe(1)
  expect(errors).toContain('the rest stays in the spool (nothing gets through to the service)')
  expect((await run(['status', rig.directory])).output).toContain('ended: 25 not delivered')
})

test('replay says how many are left, and warns with the number in the spool, while nothing gets through', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '20' })
  rig.vendor.answer({ reset: 'before' })
  const { code, output, errors } = await run(['replay', rig.directory, '--give-up-after', '12'])
  expect([code, output]).toEqual([1, '0 of 20 delivered.\n'])
  const lines = errors.split('\n').filter((line) => line.startsWith('lognitor: 20 of 20 are left'))
  expect(lines.slice(0, 2)).toEqual([
    'lognitor: 20 of 20 are left. Nothing got through for 3 seconds; replay gives up after 12 seconds.',
    'lognitor: 20 of 20 are left. Nothing got through for 6 seconds; replay gives up after 12 seconds.',
  ])
  expect(errors).toMatch(/LOGNITOR_UNREACHABLE.*\. 20 logs and request entries wait, and delivery is retried/)
}, 30_000)

test('the help of spool names the default of --give-up-after', async () => {
  expect((await run(['--help'])).output).toMatch(/--give-up-after S .*\n.*60 without it/)
})

test('purge deletes what ended processes have left, and nothing of running ones', async () => {
  rig.vendor.answer({ status: 503 })
  const living = await rig.writeAndLive({ LOGS: '10' })
  await rig.writeAndDie({ LOGS: '25' })
  const asked = await run(['purge', rig.directory])
  expect(asked).toMatchObject({ code: 1, output: '' })
  expect((await run(['purge', rig.directory, '--yes'])).output).toBe('25 deleted.\n')
  const { output } = await run(['status', rig.directory])
  expect(output).toContain(`process ${living.child.pid} `)
  expect(output).not.toContain('ended')
})

test('a directory that cannot be read is not called empty', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '25' })
  const file = rig.files().find((name) => name.endsWith('.log')) as string
  const { size } = statSync(file)
  // chmod would not do: root may read everything. Nobody can read a file of more than 2 GiB at once.
  truncateSync(file, 3 * 2 ** 30)
  for (const args of [['status'], ['status', '--json'], ['replay'], ['purge', '--yes']]) {
    const { code, output, errors } = await run([...args, rig.directory])
    expect(code).toBe(1)
    expect(errors).toContain('cannot be read')
    expect(output).not.toMatch(/empty|delivered|deleted/)
  }
  truncateSync(file, size)
  const { code, output } = await run(['status', rig.directory])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('25 not delivered') })
})

test('links are not followed, and control characters in files do not reach the terminal', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '25' })
  const [destination] = readdirSync(rig.directory) as [string]
  const [owner] = readdirSync(join(rig.directory, destination)).filter((name) => /^\d+-/.test(name)) as [
    string,
  ]
  const secret = join(rig.directory, 'secret')
  writeFileSync(secret, JSON.stringify({ apiUrl: 'http://secret' }))
  const linked = join(rig.directory, 'f'.repeat(32))
  mkdirSync(linked)
  symlinkSync(secret, join(linked, 'destination.json'))
  symlinkSync(join(rig.directory, destination, owner), join(linked, '1-0123456789ab'))
  const apiUrl = `http://x/${String.fromCodePoint(0x1b, 0x9b, 0x202e, 0x2028)}\n`
  writeFileSync(join(rig.directory, destination, 'destination.json'), JSON.stringify({ apiUrl }))
  const plain = await run(['status', rig.directory])
  const json = await run(['status', '--json', rig.directory])
  expect(plain.output).toContain('http://x/\\x1b\\x9b\\u{202e}\\u{2028} ↵')
  expect(JSON.parse(json.output).destinations[0].folders).toHaveLength(1)
  for (const { output, errors } of [plain, json]) {
    expect(output + errors).not.toContain('http://secret')
    expect((output + errors).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect((output.match(/25 not delivered|"entries":25/g) ?? []).length).toBe(1)
  }
})

test.each([
  [['status'], 2, 'The directory is missing'],
  [['burn', '.'], 2, 'There is no "spool burn".'],
  [['status', '.', '--loud'], 2, "Unknown option '--loud'."],
  [['status', '.', 'and more'], 2, "Unexpected argument 'and more'."],
  [['replay', '.', '--give-up-after', 'endless'], 2, '--give-up-after must be'],
  [['status', join('no', 'such', 'destination')], 1, 'does not exist'],
])('refuses %j with exit code %i', async (args, code, words) => {
  const result = await run(args)
  expect(result.code).toBe(code)
  expect(result.errors).toContain(words)
})

test('replay asks for a key', async () => {
  const { code, errors } = await run(['replay', rig.directory], { LOGNITOR_API_KEY: '' })
  expect(code).toBe(2)
  expect(errors).toContain('LOGNITOR_API_KEY')
})

test('progress is shown only in a terminal', () => {
  const written: string[] = []
  const stream = (isTTY: boolean) =>
    ({ isTTY, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream
  const pipe = createProgress(stream(false))
  pipe.show(1, 2)
  pipe.end()
  expect(written).toEqual([])
  const terminal = createProgress(stream(true))
  terminal.show(0, 0)
  terminal.show(50, 200)
  terminal.show(50, 200)
  terminal.show(300, 200)
  terminal.end()
  expect(written.map((text) => text.replace('\r\x1b[K', ''))).toEqual([
    `[${'#'.repeat(30)}] 100 %  0 of 0`,
    `[${'#'.repeat(7)}${'-'.repeat(23)}]  25 %  50 of 200`,
    `[${'#'.repeat(30)}] 100 %  300 of 200`,
    '',
  ])
})
