import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInbox } from '../../src/testing/index.js'
import { batchOf, logWith, post, until } from '../inbox/support.js'
import type { Program } from '../support/program.js'
import { addressOf, buildCli } from './support.js'

let program: Program

beforeAll(async () => {
  program = await buildCli()
})

afterAll(() => program.remove())

describe('lognitor dev', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints its address, accepts logs, and frees its port at %s',
    async (signal) => {
      const run = program.start(['dev', '--port', '0'])
      const url = await addressOf(run)
      expect((await post(`${url}/api/v1/ingest`, batchOf(logWith()))).status).toBe(200)
      run.child.kill(signal)
      expect(await run.ended).toBe(0)
      await expect(fetch(url)).rejects.toThrow()
    },
  )

  it('takes the next free port when 4777 is taken, and says so', async () => {
    const taken = await occupy(4777)
    const run = program.start(['dev'])
    const url = await addressOf(run)
    // 4778 is the gateway's port.
    expect(['4777', '4778']).not.toContain(new URL(url).port)
    expect(run.stdout()).toContain('Port 4777 is taken')
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
    taken?.close()
  })

  it('fails when the port that was asked for is taken', async () => {
    const other = await startInbox()
    const { port } = other
    const run = program.start(['dev', '--port', `${port}`])
    expect(await run.ended).toBe(1)
    expect(run.stderr()).toBe(
      `lognitor: The address 127.0.0.1:${port} is in use. Choose another port; 0 takes any that is free.\n`,
    )
    await other.close()
  })

  it('keeps as many logs as --max-logs says', async () => {
    const run = program.start(['dev', '--port', '0', '--max-logs', '2'])
    const url = await addressOf(run)
    await post(`${url}/api/v1/ingest`, batchOf(logWith(), logWith(), logWith()))
    const answer = await fetch(`${url}/inbox/api/logs`)
    expect(((await answer.json()) as { logs: unknown[] }).logs).toHaveLength(2)
    run.child.kill('SIGTERM')
    await run.ended
  })
})

describe('lognitor dev --data', () => {
  it('has the data again after a restart', async () => {
    const data = join(program.folder, 'inbox.ndjson')
    for (const [sent, held] of [
      [2, 2],
      [1, 3],
    ] as const) {
      const run = program.start(['dev', '--port', '0', '--data', data])
      const url = await addressOf(run)
      await post(`${url}/api/v1/ingest`, batchOf(...Array.from({ length: sent }, () => logWith())))
      const answer = await fetch(`${url}/inbox/api/logs`)
      expect(((await answer.json()) as { logs: unknown[] }).logs).toHaveLength(held)
      run.child.kill('SIGTERM')
      await run.ended
    }
  })
})

describe('lognitor dev -- command', () => {
  const script = (name: string, source: string) => {
    const path = join(program.folder, name)
    writeFileSync(path, source)
    return path
  }
  const REPORT = `console.log('seen ' + JSON.stringify({
    key: process.env.LOGNITOR_API_KEY, url: process.env.LOGNITOR_API_URL, registered: globalThis.isRegistered === true, args: process.argv.slice(2),
  }))`

  it('starts node with the zero-code entry and the environment set, and ends with its exit code', async () => {
    const run = program.start([
      'dev',
      '--port',
      '0',
      '--',
      'node',
      script('app.cjs', `${REPORT}; process.exitCode = 7`),
      '--port',
      '5',
    ])
    expect(await run.ended).toBe(7)
    expect(JSON.parse(/seen (.*)/.exec(run.stdout())?.[1] ?? '')).toEqual({
      key: 'dev',
      url: `${await addressOf(run)}/api/v1`,
      registered: true,
      args: ['--port', '5'],
    })
  })

  it('keeps a key that is set, and works for a command that starts node', async () => {
    const path = script('shell.cjs', REPORT)
    const run = program.start(['dev', '--port', '0', '--', 'sh', '-c', `node ${path}`], {
      LOGNITOR_API_KEY: 'mine',
    })
    expect(await run.ended).toBe(0)
    expect(run.stdout()).toContain('"key":"mine"')
    expect(run.stdout()).toContain('"registered":true')
  })

  it('passes a signal on, lets the program finish, and takes its last logs', async () => {
    const path = script(
      'server.cjs',
      `process.on('SIGTERM', async () => {
        const body = JSON.stringify({ batch_id: 'last', logs: [{ level: 'info', message: 'bye', timestamp: new Date().toISOString() }] })
        const answer = await fetch(process.env.LOGNITOR_API_URL + '/ingest', { method: 'POST', body, headers: { 'x-api-key': 'k' } })
        console.log('answered ' + answer.status)
        process.exit(3)
      })
      setInterval(() => {}, 1000)
      console.log('ready')`,
    )
    const run = program.start(['dev', '--port', '0', '--', 'node', path])
    await until(() => run.stdout().includes('ready'), 'the program is ready')
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(3)
    expect(run.stdout()).toContain('answered 200')
  })

  it('ends by the signal that ended the program', async () => {
    const run = program.start([
      'dev',
      '--port',
      '0',
      '--',
      'node',
      script('killed.cjs', `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`),
    ])
    expect(await run.ended).toBe('SIGTERM')
  })

  it('leaves standard output to the program', async () => {
    const run = program.start([
      'dev',
      '--port',
      '0',
      '--',
      'node',
      script('pipe.cjs', "console.log('its own')"),
    ])
    expect(await run.ended).toBe(0)
    expect(run.stdout()).toBe('its own\n')
    expect(run.stderr()).toContain('Lognitor inbox: http://127.0.0.1:')
  })

  it('lets the program reach the inbox directly, whatever proxy is set', async () => {
    const path = script(
      'proxied.cjs',
      `const { LOGNITOR_PROXY, no_proxy, NO_PROXY } = process.env
       console.log(JSON.stringify({ LOGNITOR_PROXY, no_proxy, NO_PROXY }))`,
    )
    const proxy = 'http://127.0.0.1:1'
    const env = { HTTP_PROXY: proxy, ALL_PROXY: proxy, LOGNITOR_PROXY: proxy, NO_PROXY: 'example.com' }
    const run = program.start(['dev', '--port', '0', '--', 'node', path], env)
    expect(await run.ended).toBe(0)
    const hosts = 'example.com,127.0.0.1'
    expect(JSON.parse(run.stdout())).toEqual({ LOGNITOR_PROXY: 'false', no_proxy: hosts, NO_PROXY: hosts })
  })

  it.skipIf(process.platform === 'win32')(
    'ends processes that the program has left running, and waits for their last logs',
    async () => {
      const server = script(
        'below.cjs',
        `process.on('SIGTERM', () => setTimeout(() => { console.log('server ended'); process.exit() }, 300))
         setInterval(() => {}, 1000)
         console.log('ready')`,
      )
      // Like npx: starts another process, and ends at a signal without passing the signal on.
      const path = script(
        'above.cjs',
        `require('node:child_process').spawn(process.execPath, [${JSON.stringify(server)}], { stdio: 'inherit' })`,
      )
      const run = program.start(['dev', '--port', '0', '--', 'node', path])
      await until(() => run.stdout().includes('ready'), 'the server is ready')
      run.child.kill('SIGTERM')
      expect(await run.ended).toBe('SIGTERM')
      expect(run.stdout()).toBe('ready\nserver ended\n')
    },
  )

  it('says when the command does not exist', async () => {
    const run = program.start(['dev', '--port', '0', '--', 'no-such-command-here'])
    expect(await run.ended).toBe(127)
    expect(run.stderr()).toContain('no-such-command-here could not be started')
  })
})

/** Does nothing when another process has the port already, which serves the test as well. */
function occupy(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: '127.0.0.1' }, () => resolve(server))
  })
}
