import { resourceFromAttributes } from '@opentelemetry/resources'
import { SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import { LognitorLogRecordExporter } from '../../src/otel/log-record-exporter.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import type { Log } from '../../src/wire/log.js'
import { logsThrough, spansThrough } from '../otel/support.js'
import { KEY, onClock, startWatchedInbox, type WatchedInbox } from './support.js'

let watched: WatchedInbox
let client: LognitorClient

beforeAll(async () => {
  watched = await startWatchedInbox()
})
afterAll(() => watched.close())
beforeEach(() => {
  watched.inbox.clear()
  client = new LognitorClient({ apiKey: KEY, apiUrl: watched.apiUrl, releaseId: 'from the option' })
  return () => client.shutdown()
})

const RELEASE = { version: '2.1.0', commitHash: 'a1b2c3', branch: 'main' }

async function arrived(): Promise<Log[]> {
  await client.flush()
  return watched.inbox.logs()
}

test('a release is registered with all its fields', async () => {
  const release = await client.registerRelease({
    ...RELEASE,
    deployedBy: 'ada',
    deployUrl: 'https://ci.example/1',
    changelog: 'Faster',
    services: ['shop', 'warehouse'],
  })
  expect(release).toMatchObject({ releaseId: expect.any(String) })
  expect(watched.sent.at(-1)?.body).toEqual({
    version: '2.1.0',
    commit_hash: 'a1b2c3',
    branch: 'main',
    deployed_by: 'ada',
    deploy_url: 'https://ci.example/1',
    changelog: 'Faster',
    services: ['shop', 'warehouse'],
  })
})

test('after a registration, logs of all entry points carry release and deploy', async () => {
  client.info('before')
  const release = await client.registerRelease(RELEASE)
  client.info('call')
  client.child({ service: 'child' }).info('child')
  // The revision of the resource is older than the registered release.
  const resource = resourceFromAttributes({ 'vcs.ref.head.revision': 'old', 'service.name': 'shop' })
  const viaProcessor = logsThrough(new LognitorLogRecordProcessor({ client }), resource)
  viaProcessor.getLogger('app').emit({ body: 'record' })
  const exporter = new LognitorLogRecordExporter({ client })
  const viaExporter = logsThrough(new SimpleLogRecordProcessor({ exporter }), resource)
  viaExporter.getLogger('app').emit({ body: 'exported' })
  await viaExporter.forceFlush()
  const span = spansThrough(new LognitorSpanProcessor({ client })).getTracer('app').startSpan('work')
  span.recordException(new Error('span'))
  span.end()
  const logs = await arrived()
  const byMessage = new Map(logs.map((log) => [log.message, log]))
  expect(byMessage.get('before')).toMatchObject({ release_id: 'from the option' })
  expect(byMessage.get('before')).not.toHaveProperty('deploy')
  for (const message of ['call', 'child', 'record', 'exported', 'span']) {
    expect(byMessage.get(message), message).toMatchObject({
      release_id: release?.releaseId,
      deploy: { commit: 'a1b2c3', branch: 'main' },
    })
  }
})

test("a log's own release and deploy win", async () => {
  await client.registerRelease(RELEASE)
  client.info('own', { releaseId: 'mine', deploy: { branch: 'hotfix' } })
  expect((await arrived())[0]).toMatchObject({
    release_id: 'mine',
    deploy: { commit: 'a1b2c3', branch: 'hotfix' },
  })
})

test('the option releaseId, given later, wins over the release that was registered', async () => {
  await client.registerRelease({ version: '2.1.0' })
  client.reconfigure({ releaseId: 'from reconfigure' })
  client.info('after')
  const [log] = await arrived()
  expect(log?.release_id).toBe('from reconfigure')
  expect(log).not.toHaveProperty('deploy')
})

test('a release that could not be registered is null, and changes no log', async () => {
  const rig = await onClock()
  try {
    for (const reply of [{ status: 400 }, { body: '{"message":"ok"}' }, { body: '{"release_id":{}}' }]) {
      rig.vendor.answer(reply)
      expect(await rig.client.registerRelease(RELEASE)).toBeNull()
    }
    rig.vendor.answer({})
    rig.client.info('after')
    await rig.client.flush()
    const [log] = rig.vendor.batches[0]?.json.logs ?? []
    expect(log).not.toHaveProperty('release_id')
    expect(log).not.toHaveProperty('deploy')
  } finally {
    await rig.close()
  }
})

test('a release that takes long applies once it is registered', async () => {
  const rig = await onClock()
  try {
    rig.vendor.answer(
      { status: 503, headers: { 'retry-after': '15' } },
      { body: '{"release_id":"rel_9"}' },
      {},
    )
    const registered = rig.client.registerRelease(RELEASE)
    await rig.answered(1)
    rig.clock.advance(10_000)
    expect(await registered).toBeNull()
    rig.clock.advance(5_000)
    expect(await rig.client.flush()).toBe(true)
    rig.client.info('after')
    await rig.client.flush()
    expect(rig.vendor.batches[0]?.json.logs[0].release_id).toBe('rel_9')
  } finally {
    await rig.close()
  }
})
