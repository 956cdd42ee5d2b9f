import { deepStrictEqual as equal } from 'node:assert'
import { startInbox } from '../../../dist/testing.mjs'
import { run } from './process.mjs'

/**
 * What has to hold everywhere, as a user sees it: programs in a project that has installed the package, and what
 * arrives of them. Each behaviour has a name, and takes `place`:
 * - `folder` of the project, `command` that runs Node there, `form`: `mjs` or `cjs`
 * - `flags` of Node that stand first, `env` beside the address and the key, `warnings`: codes that are in place
 * - `before` starts a server in front of the inbox, whose `url` is given to it; its `check` throws what was wrong
 * - `host` of the inbox, `isAbsolute` where the folder is not the working directory
 */
export const suite = {
  'exporter behind Batch': (place) => exporter(place, 'batch'),
  'exporter behind Simple': (place) => exporter(place, 'simple'),
  'processors and HTTP instrumentation by hand': (place) => shop(place, byHand(place)),
  'zero code': (place) => shop(place, zeroCode(place)),
  'delivery at process.exit': lastWords,
}

export function byHand({ form }) {
  return form === 'mjs'
    ? ['--import', './loader-hook.mjs', '--import', './telemetry.mjs']
    : ['--require', './telemetry.cjs']
}

export function zeroCode({ form }) {
  return [form === 'mjs' ? '--import' : '--require', '@lognitor/opentelemetry/register']
}

export function configured({ form }) {
  return form === 'mjs' ? ['--import', './configured.mjs'] : ['--require', './configured.cjs']
}

export function exporter(place, processor) {
  return arrives(place, { program: 'exporter', args: [processor] }, ({ logs, ending }) => {
    equal(ending, { code: 0, stdout: 'shut down\n' })
    equal(
      logs.map(({ level, message, metadata }) => [level, message, metadata.order]),
      [1, 2, 3].map((order) => ['warn', `order ${order}`, order]),
    )
  })
}

export function lastWords(place) {
  return arrives(place, { program: 'last-words' }, ({ logs, ending }) => {
    equal(ending, { code: 7, stdout: '' })
    equal(
      logs.map(({ level, message, error }) => [level, message, error?.type]),
      [
        ['info', 'first words', undefined],
        ['error', 'last words', 'RangeError'],
      ],
    )
  })
}

/** A library has a copy of its own; what it logs goes the application's way. */
export function inOneProcess(place) {
  return arrives(place, { program: 'library-user' }, ({ logs, ending }) => {
    equal(ending, { code: 0, stdout: '' })
    equal(
      logs.map(({ level, message, service }) => [level, message, service]),
      [
        ['info', 'from the application', 'shop'],
        ['warn', 'from the library', 'shop'],
      ],
    )
  })
}

/** Logs, the thrown error and request entries of one service, joined by trace and request. */
export function shop(place, flags) {
  return arrives(place, { program: 'shop', flags }, ({ logs, requests, ending }) => {
    equal(ending.code, 3)
    const printed = ending.stdout.trim().split('\n')
    equal(
      printed.map((line) => JSON.parse(line).msg),
      ['order looked up'],
    )
    equalShop(logs, requests)
  })
}

/** What one run of the service leaves in an inbox. */
export function equalShop(logs, requests) {
  equal(
    requests.map(({ method, path, route, status_code }) => [method, path, route, status_code]),
    [
      ['GET', '/orders/7', '/orders/:id', 200],
      ['GET', '/boom', '/boom', 500],
      ['GET', '/nowhere', undefined, 404],
    ],
  )
  const expected = [
    ['error', 'no such order', undefined, 'TypeError', requests[1].request_id, true],
    ['info', 'order looked up', '7', undefined, requests[0].request_id, true],
  ]
  const arrived = logs.map(({ level, message, metadata, error, request_id, trace }) => [
    level,
    message,
    metadata?.order,
    error?.type,
    request_id,
    trace !== undefined,
  ])
  equal(arrived.sort(), expected)
}

/** Runs a program against an inbox of its own, and checks what arrived, and what we had to warn of. */
async function arrives(place, { program, flags: ours = [], args = [] }, check) {
  const { folder, command, form, flags = [], env, warnings = [], host, isAbsolute, before } = place
  const [file, ...first] = command
  const inbox = await startInbox({ port: 0, ...(host && { host }) })
  const front = await before?.(inbox.url)
  const apiUrl = front ? `${front.url}/api/v1` : inbox.apiUrl
  const given = {
    LOGNITOR_API_KEY: 'test-key',
    LOGNITOR_API_URL: apiUrl,
    // The machine may be busy.
    LOGNITOR_FLUSH_ON_EXIT: '20000',
    ...env,
  }
  let ending
  try {
    ending = await run(
      file,
      [...first, ...flags, ...ours, `${isAbsolute ? folder : '.'}/${program}.${form}`, ...args],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, ...given },
      },
    )
    const { stderr, ...visible } = ending
    equal(stderr.match(/(?<=\[)LOGNITOR_\w+(?=\])/g) ?? [], warnings)
    front?.check()
    check({ logs: inbox.logs(), requests: inbox.requests(), ending: visible })
  } catch (error) {
    throw new Error(`${error.message}\nThe program: ${JSON.stringify(ending, undefined, 2)}`, {
      cause: error,
    })
  } finally {
    await front?.close()
    await inbox.close()
  }
}
