import { strictEqual as equal } from 'node:assert'
import { utimesSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInbox } from '../../../dist/testing.mjs'
import { Unavailable } from '../lib/parts.mjs'
import { output, run } from '../lib/process.mjs'
import { startService, until } from '../lib/service.mjs'
import { equalShop } from '../lib/suite.mjs'
import { FORMS } from './cells.mjs'

/** What delivers is the end of the program and nothing else. */
const environment = (inbox, form) => ({
  LOGNITOR_API_KEY: 'test-key',
  LOGNITOR_API_URL: inbox.apiUrl,
  LOGNITOR_FLUSH_INTERVAL: '600000',
  NODE_OPTIONS: `${form === 'mjs' ? '--import' : '--require'} @lognitor/opentelemetry/register`,
  STAY: '1',
})

const PLAIN = { PATH: process.env.PATH, HOME: process.env.HOME }

/** Gives the check an inbox, a file system folder of its own, and what has to be ended. */
async function within(work) {
  const inbox = await startInbox({ port: 0 })
  const own = await mkdtemp(join(tmpdir(), 'lognitor-world-'))
  const services = []
  const start = (...args) => {
    services.push(startService(...args))
    return services.at(-1)
  }
  try {
    await work({ inbox, own, start })
  } finally {
    for (const service of services) service.clear()
    await rm(own, { recursive: true, force: true })
    await inbox.close()
  }
}

/** Of two runs, one after the other. */
function equalRuns(inbox) {
  const requests = inbox.requests()
  const ids = [requests.slice(0, 3), requests.slice(3)].map((run) => run.map(({ request_id }) => request_id))
  if (requests.length !== 6) throw new Error(`There are ${requests.length} request entries and not 6`)
  for (const [run, own] of ids.entries()) {
    equalShop(
      inbox.logs().filter(({ request_id }) => own.includes(request_id)),
      requests.slice(run * 3, run * 3 + 3),
    )
  }
}

function nodemon({ folder, form, nodemon }) {
  return within(async ({ inbox, own, start }) => {
    const config = join(own, 'nodemon.json')
    writeFileSync(config, JSON.stringify({ env: environment(inbox, form), watch: [own] }))
    const args = [nodemon, '--config', config, '--verbose', `./shop.${form}`]
    const service = start(process.execPath, args, { cwd: folder, env: PLAIN })
    await service.said('ready')
    service.input.write('rs\n')
    await service.said('ready', 2)
    await service.stop('SIGINT')
    await until(
      () => inbox.requests().length >= 6,
      () => `second run: ${service.told()}`,
    )
    equalRuns(inbox)
  })
}

function pm2(mode, { folder, form, pm2 }) {
  return within(async ({ inbox, own }) => {
    const config = join(own, 'ecosystem.config.cjs')
    const outFile = join(own, 'out.log')
    const { NODE_OPTIONS, ...env } = environment(inbox, form)
    // A process of a cluster gets flags from PM2 alone: its own process is the one that Node starts.
    const preload = mode === 'fork' ? { env: { ...env, NODE_OPTIONS } } : { env, node_args: NODE_OPTIONS }
    const app = {
      name: 'shop',
      script: join(folder, `shop.${form}`),
      cwd: folder,
      exec_mode: mode,
      instances: 1,
      // Cluster mode would number the files.
      merge_logs: true,
      ...preload,
      error_file: outFile,
      out_file: outFile,
    }
    writeFileSync(config, `module.exports = ${JSON.stringify({ apps: [app] })}`)
    const told = () => readFile(outFile, 'utf8').catch(() => '')
    const ask = (...args) =>
      output(process.execPath, [pm2, ...args], { cwd: folder, env: { ...PLAIN, PM2_HOME: own } })
    try {
      await ask('start', config)
      await untilTold(told, 1)
      await ask('restart', 'shop')
      await untilTold(told, 2)
      await ask('stop', 'shop')
      equalRuns(inbox)
    } catch (error) {
      throw new Error(`${error.message}\n${await told()}`, { cause: error })
    } finally {
      await ask('kill')
    }
  })
}

async function untilTold(told, times) {
  let text = ''
  await until(
    () => {
      told().then((now) => {
        text = now
      })
      return text.split('ready').length > times
    },
    () => `ready in: ${text}`,
  )
}

function watch({ folder, form }) {
  return within(async ({ inbox, start }) => {
    const file = join(folder, `shop.${form}`)
    const env = { ...PLAIN, ...environment(inbox, form) }
    const service = start(process.execPath, ['--watch', file], { cwd: folder, env })
    await service.said('ready')
    await touchUntil(file, () => service.told().includes('Restarting'))
    await service.said('ready', 2)
    await service.stop('SIGTERM')
    await until(
      () => inbox.requests().length >= 6,
      () => `second run: ${service.told()}`,
    )
    equalRuns(inbox)
  })
}

/** Node watches a file somewhat later than the program loads it, and says nothing of that. */
async function touchUntil(file, isNoticed) {
  for (let touches = 0; touches < 10 && !isNoticed(); touches++) {
    utimesSync(file, new Date(), new Date())
    for (let waits = 0; waits < 40 && !isNoticed(); waits++) await new Promise((done) => setTimeout(done, 50))
  }
}

async function pm2Tool(parts) {
  return { pm2: await parts.tool('pm2/bin/pm2') }
}

/** The first process of a container: the kernel gives it no signal that it does not listen to. */
function firstProcess({ folder, form }) {
  return within(async ({ inbox, start }) => {
    const file = join(folder, `shop.${form}`)
    const env = { ...PLAIN, ...environment(inbox, form) }
    const command = [...OWN_PIDS, process.execPath, file]
    const service = start(command[0], command.slice(1), { cwd: folder, env })
    await service.said('ready')
    const [first] = (await readFile(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8')).split(' ')
    process.kill(Number(first), 'SIGTERM')
    equal(await service.ended, 143)
    equalShop(inbox.logs(), inbox.requests())
  })
}

const OWN_PIDS = ['unshare', '--map-root-user', '--pid', '--fork', '--kill-child']

async function ownPids() {
  const [file, ...args] = OWN_PIDS
  const { code, stderr } = await run(file, [...args, 'true']).catch(({ message }) => ({ stderr: message }))
  if (code !== 0) throw new Unavailable(`no process ids of its own on this machine: ${stderr.trim()}`)
  return {}
}

const ROWS = {
  nodemon: {
    check: nodemon,
    tools: async (parts) => ({ nodemon: await parts.tool('nodemon/bin/nodemon.js') }),
  },
  'PM2, fork mode': { check: (place) => pm2('fork', place), tools: pm2Tool },
  'PM2, cluster mode': { check: (place) => pm2('cluster', place), tools: pm2Tool },
  'node --watch': { check: watch, tools: async () => ({}) },
  'PID 1': { check: firstProcess, tools: ownPids },
}

/** Key and address stand in the env block of the configuration, and a restart ends the first run. */
export const processManagers = Object.entries(ROWS).flatMap(([name, { check, tools }]) =>
  Object.entries(FORMS).map(([form, formName]) => ({
    name: `${name}, ${formName}`,
    prepare: async (parts) => ({
      // Of its own, since it is watched.
      folder: await parts.project('otel-2', `watched-${form}`),
      form,
      ...(await tools(parts)),
    }),
    checks: { 'delivery at a restart and at the end': check },
  })),
)
