import { expect, test } from 'vitest'
import { startInbox } from '../../src/testing/index.js'
import { runApp } from './support.js'

test('all clients and copies share one set of listeners, and the last one removes it', async () => {
  const { stdout, stderr } = await runApp('listeners.cjs')
  expect(stderr).toBe('')
  const { bare, imported, one, two, secondCopy, none, emitIsBack } = JSON.parse(stdout)
  expect(imported).toEqual(bare)
  expect(one).toMatchObject({ exit: bare.exit + 1, SIGTERM: bare.SIGTERM + 1 })
  expect(one).toMatchObject({ uncaughtException: 0, unhandledRejection: 0 })
  expect(two).toEqual(one)
  expect(secondCopy).toEqual(one)
  expect(none).toEqual(bare)
  expect(emitIsBack).toBe(true)
})

test('a crash is logged although a library has restored process.emit', async () => {
  const inbox = await startInbox()
  const { code } = await runApp('restored-emit.cjs', [], { apiUrl: inbox.apiUrl })
  expect(code).toBe(0)
  const logs = inbox.logs().map(({ level, message }) => `${level} ${message}`)
  expect(logs.sort()).toEqual(['error boom', 'info at exit'])
  await inbox.close()
})

test('a client that is made in a request does not keep the async stores of that request', async () => {
  const inbox = await startInbox()
  const flags = ['--expose-gc']
  const { stdout } = await runApp('made-in-request.cjs', [], { apiUrl: inbox.apiUrl, flags })
  expect(stdout).toBe('collected\n')
  await inbox.close()
})
