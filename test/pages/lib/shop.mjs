import { deepStrictEqual as equal } from 'node:assert'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { startInbox } from '../../../dist/testing.mjs'
import { until } from '../../world/lib/service.mjs'

/** What the application of a reader answers, as `programs/` has it for each framework. */
const PATHS = ['/orders/7', '/boom']

/** The module kinds of an application, as `type` in its package.json says them. */
export const FORMS = { CommonJS: 'commonjs', 'ES modules': 'module' }

/**
 * Completes a page by the files that it calls "your application": `app.js` and its logger.
 * @param form a name of `FORMS`
 * @param app a framework of `programs/`
 * @param log a logger of `programs/log-*`
 */
export function writeApplication(project, { form, app = 'express', log = 'pino' }) {
  const manifest = JSON.parse(readFileSync(join(project.folder, 'package.json'), 'utf8'))
  project.write({
    'package.json': JSON.stringify({ ...manifest, type: FORMS[form] }),
    'app.js': program(app, form),
    'log.js': program(`log-${log}`, form),
  })
}

/** A program of `programs/`, whose imports and exports are a line each. */
function program(name, form) {
  const source = readFileSync(new URL(`../programs/${name}.mjs`, import.meta.url), 'utf8')
  if (form === 'ES modules') return source
  return source
    .replaceAll(/^import (.+) from ('.+')$/gm, 'const $1 = require($2)')
    .replaceAll(/^export const (\w+)/gm, 'exports.$1')
}

/**
 * Types a start line, sends the application its requests, ends it with SIGTERM, and checks what has arrived.
 * @param line the page's own line
 * @param env beside the key and the address of the inbox
 * @param warnings codes that the page announces
 * @param sends the requests, where they are not those of `visit`
 * @param check where it is not `checkShop`
 */
export async function followShop(project, line, options = {}) {
  const { env = {}, warnings = [], sends = visit, check = checkShop, ...expected } = options
  const inbox = await startInbox({ port: 0 })
  const program = project.start(line, {
    LOGNITOR_API_KEY: 'test-key',
    LOGNITOR_API_URL: inbox.apiUrl,
    ...env,
  })
  try {
    await sends(program)
    process.kill(-program.pid, 'SIGTERM')
    await program.ended
    equal(program.told().match(/(?<=\[)LOGNITOR_\w+(?=\])/g) ?? [], warnings, 'warnings')
    check({ logs: inbox.logs(), requests: inbox.requests(), heartbeats: inbox.heartbeats() }, expected)
  } catch (error) {
    throw new Error(`${error.message}\nThe program printed:\n${program.told()}`, { cause: error })
  } finally {
    program.clear()
    await inbox.close()
  }
}

/**
 * Types a line, waits for its end with exit code 0, and gives what it printed and what has arrived.
 * @param isRight whether the output is as it should be; by default nothing may be on stderr
 */
export async function followScript(project, line, isRight = ({ stderr }) => stderr === '') {
  const inbox = await startInbox({ port: 0 })
  try {
    const env = { LOGNITOR_API_KEY: 'test-key', LOGNITOR_API_URL: inbox.apiUrl }
    const ending = await project.run(line, env)
    const { code, stdout, stderr } = ending
    if (code !== 0 || !isRight(ending)) throw new Error(`${line} ended with ${code}:\n${stdout}${stderr}`)
    return {
      stderr,
      logs: inbox.logs(),
      requests: inbox.requests(),
      heartbeats: inbox.heartbeats(),
    }
  } finally {
    await inbox.close()
  }
}

/** Sends the requests of a customer, once the application has printed its port. */
export async function visit(program) {
  const port = await printedPort(program)
  for (const path of PATHS) await get(port, path)
}

/** Sends one request, once the application listens on this port. */
export async function visitAt(program, port, path) {
  await listens(program, port)
  await get(port, path)
}

/** A port for a program whose line or file names one. */
export function freePort() {
  const server = createServer()
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

async function get(port, path) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
  await answer.text()
}

async function printedPort(program) {
  const find = () => /listening on (\d+)/.exec(program.told())?.[1]
  await until(
    () => find() !== undefined || program.hasEnded(),
    () => 'port',
  )
  if (find() === undefined) throw new Error('The program ended before it listened')
  return find()
}

async function listens(program, port) {
  const isOpen = () =>
    new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true))
      socket.on('error', () => done(false)).on('connect', () => socket.destroy())
    })
  while (!(await isOpen())) {
    if (program.hasEnded()) throw new Error('The program ended before it listened')
    await new Promise((done) => setTimeout(done, 50))
  }
}

/**
 * The claims of the pages: one entry for each request with its route, the thrown error once with its request and trace,
 * and the line of the logger once, with its request and trace.
 * @param route as the framework writes it
 * @param hasLine false where the page sends no lines of a logger
 * @param hasTraces false where the page says that there are none
 */
export function checkShop(
  { logs, requests },
  { route = '/orders/:id', hasLine = true, hasTraces = true } = {},
) {
  equal(
    requests.map(({ method, path, route, status_code }) => [method, path, route, status_code]),
    [
      ['GET', '/orders/7', route, 200],
      ['GET', '/boom', '/boom', 500],
    ],
    'request entries',
  )
  const found = (isWanted) =>
    logs.filter(isWanted).map((log) => [log.message, log.request_id, log.trace !== undefined])
  equal(
    found(({ error }) => error?.type === 'TypeError'),
    [['card declined', requests[1].request_id, hasTraces]],
    'the thrown error, its request and whether it has a trace',
  )
  equal(
    found(({ message }) => message === 'order looked up'),
    hasLine ? [['order looked up', requests[0].request_id, hasTraces]] : [],
    'the line of the logger, its request and whether it has a trace',
  )
  const hasStack = logs.find(({ error }) => error?.type === 'TypeError').error.stack !== undefined
  equal(hasStack, true, 'stack of the error')
}
