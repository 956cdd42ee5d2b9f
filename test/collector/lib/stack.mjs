import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, freePorts, runToEnd, start, until } from './processes.mjs'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('../../../', import.meta.url))
export const configs = join(root, 'collector-config')
const here = join(root, 'test/collector')

/**
 * The processes of one case: an inbox in this process, and Collectors, gateways and senders as processes of their own.
 * `tools` has the paths of the Collector, HAProxy and Python.
 */
export class Stack {
  inbox
  senders = 0
  #tools
  #folder
  #ends = []

  constructor(tools) {
    this.#tools = tools
  }

  /** @param options of `startInbox` */
  async open(options = {}) {
    const { startInbox } = require(join(root, 'dist/testing.cjs'))
    this.#folder = await mkdtemp(join(tmpdir(), 'lognitor-collector-'))
    this.inbox = await startInbox({ maxLogs: 150_000, maxRequests: 50_000, maxBytes: 2 ** 31, ...options })
    return this
  }

  async close() {
    for (const end of this.#ends.reverse()) await end()
    await this.inbox.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Calls a function before this stack closes. */
  atEnd(end) {
    if (end !== undefined) this.#ends.push(end)
  }

  /** Starts `lognitor gateway`; `kill` ends it without a warning, `start` starts it again at its address. */
  async gateway({ args = [], port, env = {} } = {}) {
    const at = port ?? (await freePorts(1))[0]
    const url = `http://127.0.0.1:${at}`
    let process_
    const begin = async () => {
      process_ = start(
        process.execPath,
        [join(root, 'dist/cli.cjs'), 'gateway', '--listen', String(at), ...args],
        {
          LOGNITOR_API_KEY: 'key',
          LOGNITOR_API_URL: this.inbox.apiUrl,
          ...env,
        },
      )
      await until(
        () => answers(`${url}/readyz`),
        () => `the gateway is ready: ${process_.errors()}`,
        20_000,
      )
    }
    await begin()
    this.#ends.push(() => process_.end('SIGKILL'))
    return { url, port: at, start: begin, kill: () => process_.end('SIGKILL'), end: () => process_.end() }
  }

  /**
   * Starts a Collector with a configuration of collector-config/, its variables, and the overrides of the tests.
   * @param overrides names of files in test/collector/overrides/
   */
  async collector(config, { env = {}, overrides = ['telemetry', 'quick-retry'], state } = {}) {
    const [grpc, http, health] = await freePorts(3)
    const files = [join(configs, config), ...overrides.map((name) => join(here, `overrides/${name}.yaml`))]
    const variables = {
      OTLP_GRPC: `127.0.0.1:${grpc}`,
      OTLP_HTTP: `127.0.0.1:${http}`,
      HEALTH: `127.0.0.1:${health}`,
      STATE_DIR: join(this.#folder, state ?? `state-${health}`),
      ...env,
    }
    let process_
    const begin = async () => {
      process_ = start(
        this.#tools.collector,
        files.flatMap((file) => ['--config', file]),
        variables,
      )
      const ready = async () =>
        (await answers(`http://127.0.0.1:${health}`)) || process_.errors().includes('Error:')
      await until(ready, () => `the Collector is ready: ${process_.errors()}`, 20_000)
      if (process_.errors().includes('\nError:')) throw new Error(process_.errors())
    }
    await begin()
    this.#ends.push(() => process_.end('SIGKILL'))
    return {
      grpc: `http://127.0.0.1:${grpc}`,
      http: `http://127.0.0.1:${http}`,
      start: begin,
      kill: () => process_.end('SIGKILL'),
      end: () => process_.end(),
      /** The Collector's own log lines, parsed. */
      lines: () => parseLines(process_.errors()),
    }
  }

  /** Starts HAProxy with the configuration in load-balanced/ and three gateways. */
  async balancer(gateways) {
    const [port, stats] = await freePorts(2)
    const { command, env } = this.#tools.haproxy
    const servers = gateways.map(({ port: at }, index) => [`GATEWAY_${index + 1}`, `127.0.0.1:${at}`])
    const run = start(command, ['-f', join(configs, 'load-balanced/haproxy.cfg')], {
      ...env,
      BIND: `127.0.0.1:${port}`,
      STATS: `127.0.0.1:${stats}`,
      ...Object.fromEntries(servers),
    })
    this.#ends.push(() => run.end('SIGKILL'))
    const url = `http://127.0.0.1:${port}`
    await until(
      () => answers(`${url}/readyz`),
      () => `HAProxy is ready: ${run.errors()}`,
      20_000,
    )
    return { url }
  }

  /** Runs a real SDK that sends until everything was accepted. Gives the name of the run, which marks its telemetry. */
  async send(collector, { language = 'node', protocol = 'grpc', logs, spans = 0, run = this.senders++ }) {
    const endpoint = protocol === 'grpc' ? collector.grpc : collector.http
    const job = JSON.stringify({ endpoint, protocol, run, logs, spans })
    const output =
      language === 'node'
        ? await runToEnd(process.execPath, [join(here, 'lib/node-sender.mjs'), job])
        : await runToEnd(this.#tools.python, [join(here, 'python/sender.py'), job])
    return { run, language, logs, spans, ...JSON.parse(output.trim().split('\n').at(-1)) }
  }
}

function parseLines(text) {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)]
    } catch {
      return []
    }
  })
}
