import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { account } from '../lib/account.mjs'
import { freePorts, runToEnd, until } from '../lib/processes.mjs'
import { configs } from '../lib/stack.mjs'

const require = createRequire(import.meta.url)
/** Variables without a default in the configurations. */
const SECRETS = { TEAM_A_KEY: 'a', TEAM_B_KEY: 'b', LOGNITOR_GATEWAY_TOKEN: 't', NODE_NAME: 'n' }
const COMPRESSIONS = ['none', 'gzip', 'deflate', 'zlib', ...(zlib.createZstdDecompress ? ['zstd'] : [])]
const SENT = { logs: 2_000, spans: 1_000 }

export const configurations = [
  {
    name: "every configuration passes the Collector's validate",
    async run(_stack, { tools }) {
      const folder = await mkdtemp(join(tmpdir(), 'lognitor-configs-'))
      const files = await collectorConfigs(folder)
      try {
        for (const file of files) await runToEnd(tools.collector, ['validate', '--config', file], SECRETS)
      } finally {
        await rm(folder, { recursive: true })
      }
      return { note: `${files.length} of them` }
    },
  },
  {
    name: "every compression of the Collector's exporter that the gateway accepts",
    async run(stack) {
      const gateway = await stack.gateway()
      const sent = []
      for (const compression of COMPRESSIONS) {
        const collector = await stack.collector('agent.yaml', {
          env: { LOGNITOR_GATEWAY_URL: gateway.url, LOGNITOR_COMPRESSION: compression },
        })
        sent.push(await stack.send(collector, { logs: 500, spans: 100 }))
        await account(stack.inbox, sent)
      }
      return { ...(await account(stack.inbox, sent)), note: COMPRESSIONS.join(', ') }
    },
  },
  {
    name: 'agents, central Collectors, gateway (gateway-tier)',
    needs: 'python',
    async run(stack) {
      const gateway = await stack.gateway({ args: ['--auth-token', 'old', '--auth-token', 'new'] })
      const central = await stack.collector('gateway-tier.yaml', {
        env: { LOGNITOR_GATEWAY_URL: gateway.url, LOGNITOR_GATEWAY_TOKEN: 'new' },
      })
      const agents = await Promise.all(
        [1, 2].map(() =>
          stack.collector('gateway-tier-agent.yaml', {
            env: { CENTRAL_URL: central.http },
            overrides: ['telemetry'],
          }),
        ),
      )
      const [first, second] = agents
      const sent = [
        await stack.send(first, SENT),
        await stack.send(second, { language: 'python', protocol: 'http/protobuf', ...SENT }),
      ]
      return account(stack.inbox, sent)
    },
  },
  {
    name: 'traces sampled elsewhere, all errors here (two-backends)',
    async run(stack) {
      const { startGateway, MemoryTransport } = loadPackage()
      const elsewhere = await startGateway({ listen: '127.0.0.1:0', transport: new MemoryTransport() })
      try {
        const gateway = await stack.gateway()
        const collector = await stack.collector('two-backends.yaml', {
          env: { LOGNITOR_GATEWAY_URL: gateway.url, TRACES_URL: elsewhere.url, SAMPLING_PERCENTAGE: '25' },
        })
        const result = await account(stack.inbox, [await stack.send(collector, SENT)])
        await until(
          () => elsewhere.stats().spans > 0,
          () => 'spans arrived elsewhere',
          20_000,
        )
        const { spans } = elsewhere.stats()
        if (spans < SENT.spans * 0.1 || spans > SENT.spans * 0.4)
          throw new Error(`${spans} of ${SENT.spans} spans were sampled`)
        return { ...result, note: `${spans} spans elsewhere` }
      } finally {
        await elsewhere.close()
      }
    },
  },
  {
    name: 'two teams, two projects, one gateway (multi-tenant)',
    inbox: () => {
      const keys = []
      const apiKeys = (key) => {
        if (keys.at(-1) !== key) keys.push(key)
        return true
      }
      return { keys, options: { apiKeys } }
    },
    async run(stack, { keys }) {
      const gateway = await stack.gateway({ args: ['--pass-through-key'], env: { LOGNITOR_API_KEY: '' } })
      const [portA, portB] = await freePorts(2)
      await stack.collector('multi-tenant.yaml', {
        env: {
          LOGNITOR_GATEWAY_URL: gateway.url,
          TEAM_A_HTTP: `127.0.0.1:${portA}`,
          TEAM_B_HTTP: `127.0.0.1:${portB}`,
          TEAM_A_KEY: 'key-a',
          TEAM_B_KEY: 'key-b',
        },
        overrides: ['telemetry'],
      })
      const sent = []
      for (const port of [portA, portB]) {
        sent.push(
          await stack.send(
            { http: `http://127.0.0.1:${port}` },
            { protocol: 'http/protobuf', logs: SENT.logs },
          ),
        )
        await account(stack.inbox, sent)
      }
      if (keys.join() !== 'key-a,key-b') throw new Error(`the keys were ${keys}`)
      return account(stack.inbox, sent)
    },
  },
]

function loadPackage() {
  const root = join(configs, '..')
  const { startGateway } = require(join(root, 'dist/gateway.cjs'))
  const { MemoryTransport } = require(join(root, 'dist/testing.cjs'))
  return { startGateway, MemoryTransport }
}

/** All configurations that can run, and those inside of manifests. */
async function collectorConfigs(folder) {
  const plain = (await readdir(configs))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(configs, name))
  const manifest = await readFile(join(configs, 'kubernetes/collector.yaml'), 'utf8')
  const [, block] = /^ {2}config\.yaml: \|\n((?: {4}.*\n|\n)+)/m.exec(manifest) ?? []
  if (block === undefined) throw new Error('There is no configuration in kubernetes/collector.yaml.')
  const inside = join(folder, 'kubernetes.yaml')
  await writeFile(inside, block.replace(/^ {4}/gm, ''))
  return [...plain, inside]
}
