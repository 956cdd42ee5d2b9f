import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import type { Project } from '../support/project.js'
import { type App, NODE_24 } from '../support/run.js'
import { createConsumer, type Line, startIn } from './consumer.js'
import { until } from './support.js'

let inbox: Inbox
let app: App

beforeAll(async () => {
  inbox = await startInbox({ port: 0 })
})

afterEach(() => {
  app.child.kill('SIGKILL')
  inbox.clear()
})

afterAll(() => inbox.close())

const lines: [Line, string, string][] = [
  ['otel-2', 'Node 20', process.execPath],
  ['otel-3', 'Node 24', NODE_24],
]

describe.each(lines)('%s, %s', (line, _nodeName, node) => {
  let consumer: Project

  beforeAll(() => {
    consumer = createConsumer(line)
  })

  beforeEach(async () => {
    app = await startIn(consumer, 'late.cjs', { node, env: { API_URL: inbox.apiUrl } })
  })

  afterAll(() => consumer.remove())

  test('the request in which OpenTelemetry is set up has a request entry, and a user of its own', async () => {
    for (const path of ['/user/1', '/other/2'])
      await (await fetch(`http://127.0.0.1:${app.port}${path}`)).text()
    await until(() => inbox.logs().length === 2 && inbox.requests().length === 2)
    const logs = inbox.logs().map(({ message, user, request_id }) => [message, user?.id, request_id])
    const ids = new Map(inbox.requests().map(({ path, request_id }) => [path, request_id]))
    expect(logs).toContainEqual(['log of /user/1', 'first-user', ids.get('/user/1')])
    expect(logs).toContainEqual(['log of /other/2', undefined, ids.get('/other/2')])
  })

  test('request entries have the route that a framework writes on its own server span', async () => {
    for (const path of ['/user/1?a=b', '/other/2'])
      await (await fetch(`http://127.0.0.1:${app.port}${path}`)).text()
    await until(() => inbox.requests().length === 2)
    const routes = inbox.requests().map(({ path, route }) => [path, route])
    expect(routes).toContainEqual(['/user/1', '/user/[id]'])
    expect(routes).toContainEqual(['/other/2', '/other/[id]'])
  })
})
