import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildProgram, type Program } from '../support/program.js'
import { type Run, start } from '../support/run.js'
import { settle, until } from '../support/until.js'
import { KEY, numbered, openSpoolRig, removeProgram, type SpoolRig } from './support.js'

type Named = { readonly message: string }

let program: Program
let rig: SpoolRig

beforeAll(async () => {
  program = await buildProgram('test/spool/apps/disk.ts')
})
beforeEach(async () => {
  rig = await openSpoolRig()
})
afterEach(() => rig.close())
afterAll(async () => {
  program.remove()
  await removeProgram()
})

const environment = (more: Record<string, string> = {}) => ({
  LOGNITOR_API_KEY: KEY,
  LOGNITOR_API_URL: rig.vendor.apiUrl,
  LOGNITOR_SPOOL_DIR: rig.directory,
  ...more,
})
const acceptedBy = (run: Run) => Number(/.*accepted (\d+)/s.exec(run.stdout())?.[1] ?? 0)
const onPosix = test.skipIf(process.platform === 'win32')

/** Starts the program with a limit on the size of a file: a write at the limit stops half-way, as on a full disk. */
function startWithin(blocks: number, env: Record<string, string>): Run {
  return start([program.file], { env, before: ['sh', '-c', `ulimit -f ${blocks}; exec "$0" "$@"`] })
}

/** The ids of the batches in which each log was accepted. */
function idsByMessage(): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>()
  for (const { json } of rig.vendor.batches)
    for (const { message } of json.logs as Named[])
      ids.set(message, (ids.get(message) ?? new Set()).add(json.batch_id))
  return ids
}

onPosix('what a write left in the file before it failed is not delivered a second time', async () => {
  rig.vendor.answer({ status: 503 })
  const run = startWithin(700, environment())
  await until(() => run.stdout().includes('warned LOGNITOR_SPOOL_UNAVAILABLE'), 'a write failed')
  // The batch with the first log is never answered: the spool is still needed when the process is killed.
  const hasFirst = (logs: Named[]) => logs.some(({ message }) => message === 'log 1')
  rig.vendor.answer(({ json }) => ({ status: hasFirst(json.logs) ? 503 : 200 }))
  await until(() => acceptedBy(run) >= 1900, 'the other batches were accepted')
  await settle(300)
  run.child.kill('SIGKILL')
  await run.ended
  rig.vendor.answer({})
  const next = rig.open()
  await next.takeOver()
  const rest = () => next.stats().spooled + next.stats().inFlight
  await until(() => rest() === 0, 'nothing is left')
  const twice = [...idsByMessage()].filter(([, ids]) => ids.size > 1)
  expect(twice).toEqual([])
})

onPosix('flush and shutdown keep their time beside a disk that hangs, and logs arrive', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-pipes-'))
  // Opening a named pipe without a writer never ends, and four of them use up all threads of the pool for files.
  const pipes = [1, 2, 3, 4].map((n) => join(folder, `pipe-${n}`))
  for (const pipe of pipes) execFileSync('mkfifo', [pipe])
  rig.vendor.answer({ status: 503 })
  const run = program.start(
    [],
    environment({ UV_THREADPOOL_SIZE: '4', PIPES: pipes.join(' '), LOGS: '600', FLUSH_INTERVAL: '500' }),
  )
  await until(() => rig.vendor.batches.length > 0, 'the first batch was attempted')
  run.child.stdin?.write('flush\n')
  await until(() => run.stdout().includes('flushed false'), 'flush gives up')
  rig.vendor.answer({})
  await until(() => acceptedBy(run) === 600, 'all logs were accepted')
  run.child.stdin?.write('shutdown\n')
  await until(() => run.stdout().includes('ended true'), 'shutdown ends')
  run.child.kill('SIGKILL')
  await run.ended
  rmSync(folder, { recursive: true })
  expect(rig.vendor.messages().sort()).toEqual(numbered(600).sort())
})
