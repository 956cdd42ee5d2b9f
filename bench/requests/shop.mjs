// One shop in a process of its own.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { load } from '../lib/load.mjs'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Starts a shop and resolves once it is open.
 * @param loaded module that is loaded before the shop
 */
export async function openShop(loaded, env) {
  const shop = fork(file('../../examples/shop/shop.mjs'), {
    execArgv: ['--import', file(loaded)],
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const { port } = await answer()
  let visits = 0
  return {
    pid: shop.pid,
    /** The number of requests so far. */
    get visits() {
      return visits
    },
    async visit(count) {
      visits += count
      await load({ port, path: '/health', count, end: '\r\n\r\nok' })
    },
    /** The CPU time of all threads so far, user and system, in microseconds. */
    async cpu() {
      shop.send('cpu')
      const { cpu } = await answer()
      return cpu.user + cpu.system
    },
    /** Resolves when all request entries are delivered. */
    async flush() {
      shop.send('flush')
      while ((await answer()).flushed === undefined);
    },
    stop: () => shop.kill('SIGKILL'),
  }

  function answer() {
    return new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`the shop ended (${code})`))
      shop.once('exit', ended)
      shop.once('message', (message) => {
        shop.off('exit', ended)
        resolve(message)
      })
    })
  }
}
