import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { createProject, installPackage, type Project } from '../support/project.js'

const root = resolve(import.meta.dirname, '../..')
const INIT = `.init({ apiKey: 'k', apiUrl: process.env.API_URL, service: 'a-service' })`
const CRASH = `setTimeout(() => { throw new Error('one crash') }, 20)`
const FORGET = 'for (const key of Object.keys(require.cache)) delete require.cache[key]'

let inbox: Inbox
let project: Project

beforeAll(async () => {
  inbox = await startInbox({ port: 0 })
  project = createProject({
    line: 'otel-2',
    packages: ['@opentelemetry/api'],
    files: { 'library/index.cjs': `module.exports = require('@lognitor/opentelemetry')` },
  })
  // A copy of its own, which finds the project's OpenTelemetry.
  installPackage(join(project.folder, 'library'))
})

afterEach(() => inbox.clear())

afterAll(async () => {
  project.remove()
  await inbox.close()
})

/** Runs a program and gives its output and how it ended. */
async function run(file: string, code: string) {
  writeFileSync(join(project.folder, file), code)
  const env = { API_URL: inbox.apiUrl, LOGNITOR_API_KEY: 'k', LOGNITOR_API_URL: inbox.apiUrl }
  const program = project.start([file], { env })
  const status = await program.ended
  return { stdout: program.stdout(), stderr: program.stderr(), status }
}

function fatals(): number {
  return inbox.logs().filter(({ level, message }) => level === 'fatal' && message === 'one crash').length
}

test('import and require give one client and the same classes', async () => {
  const { stdout, stderr } = await run(
    'both.mjs',
    `import { createRequire } from 'node:module'
     import * as esm from '@lognitor/opentelemetry'
     const cjs = createRequire(import.meta.url)('@lognitor/opentelemetry')
     cjs.info('before init')
     const client = esm${INIT}
     console.log(cjs.getClient() === client, client instanceof cjs.LognitorClient, cjs.log === esm.log)
     try { cjs.init({ batchSize: -1 }) } catch (error) { console.log(error instanceof esm.LognitorError) }
     esm.setUser({ id: 'u' })
     cjs.info('after init')`,
  )
  expect(stderr).toBe('')
  // The functions differ, because there are two builds.
  expect(stdout).toBe('true true false\ntrue\n')
  const logs = inbox.logs().map(({ message, user }) => [message, user?.id])
  expect(logs).toContainEqual(['before init', undefined])
  expect(logs).toContainEqual(['after init', 'u'])
})

test.each([
  [
    'a reset of the module registry',
    `require('@lognitor/opentelemetry')${INIT}\n${FORGET}\nrequire('@lognitor/opentelemetry')${INIT}`,
    0,
  ],
  [
    'twenty resets',
    `for (let n = 0; n < 20; n++) {\n${FORGET}\nrequire('@lognitor/opentelemetry')${INIT}\n}`,
    0,
  ],
  [
    'a library with an own copy',
    `require('@lognitor/opentelemetry')${INIT}\nrequire('./library/index.cjs')${INIT}`,
    1,
  ],
])('one crash is one log after %s', async (_name, code, warnings) => {
  const { status, stderr } = await run('crash.cjs', `${code}\n${CRASH}`)
  expect(status).toBe(1)
  expect(stderr.match(/LOGNITOR_INIT_TWICE/g) ?? []).toHaveLength(warnings)
  expect(stderr).not.toContain('MaxListenersExceeded')
  expect(fatals()).toBe(1)
})

test('after a module reset init takes other options, and earlier logs go to their own destination', async () => {
  const { stderr } = await run(
    'reset.cjs',
    `require('@lognitor/opentelemetry').init({ apiKey: 'first', apiUrl: process.env.API_URL, service: 'first' })
     require('@lognitor/opentelemetry').info('log of first')
     ${FORGET}
     require('@lognitor/opentelemetry').init({ apiKey: 'second', apiUrl: process.env.API_URL, service: 'second' })
     require('@lognitor/opentelemetry').info('log of second')
     ${FORGET}
     require('@lognitor/opentelemetry').init({ apiKey: 'second', apiUrl: process.env.API_URL, service: 'third' })
     require('@lognitor/opentelemetry').info('log of third')`,
  )
  expect(stderr).toBe('')
  const logs = inbox.logs().map(({ message, service }) => `${message} ${service}`)
  expect(logs.sort()).toEqual(['log of first first', 'log of second second', 'log of third third'])
})

test('one failure is one log, though a library captures it and the application logs it', async () => {
  await run(
    'failure.cjs',
    `const lognitor = require('@lognitor/opentelemetry')
     const client = lognitor${INIT}
     const error = new Error('one failure')
     require('./library/index.cjs').captureException(error)
     lognitor.captureException(error)`,
  )
  expect(inbox.logs().map(({ message }) => message)).toEqual(['one failure'])
})

test("the application's redaction applies to a library's logs", async () => {
  await run(
    'redaction.cjs',
    `require('@lognitor/opentelemetry').init({ apiKey: 'k', apiUrl: process.env.API_URL, redactPatterns: ['email'] })
     require('./library/index.cjs').info('mail to somebody@example.com')`,
  )
  expect(inbox.logs().map(({ message }) => message)).toEqual(['mail to [REDACTED]'])
})

test('a version that cannot share says so once', async () => {
  const shared = readFileSync(join(root, 'src/common/shared.ts'), 'utf8')
  const version = /SHARED_VERSION = (\d+)/.exec(shared)?.[1]
  const { stderr } = await run(
    'versions.cjs',
    `const lognitor = require('@lognitor/opentelemetry')
     // The state that a copy of another version leaves on the global object.
     globalThis[Symbol.for('lognitor.opentelemetry.${Number(version) + 1}')] = new Map()
     lognitor${INIT}
     new lognitor.LognitorClient({ apiKey: 'other', apiUrl: process.env.API_URL })
     lognitor.info('still here')`,
  )
  expect(stderr.match(/\[LOGNITOR_TWO_VERSIONS\]/g)).toHaveLength(1)
  expect(inbox.logs().map(({ message }) => message)).toEqual(['still here'])
})
