import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chance } from '../lib/chance.mjs'
import { startFaultyService } from './service.mjs'

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))

/**
 * Lets two services log for a while, one with a spool and one without, each through several lives, into a service with
 * changing faults. Gives the account of both and of the service.
 */
export async function soak({ module, seconds, lifeSeconds, seed, onLife = () => {} }) {
  const random = chance(seed)
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-soak-'))
  const vendors = await Promise.all([startFaultyService(random), startFaultyService(random)])
  try {
    const accounts = await Promise.all(
      ['spooled', 'unspooled'].map((name, n) =>
        liveOn({
          name,
          module,
          vendor: vendors[n],
          spool: n === 0 ? join(folder, 'spool') : '',
          lives: Math.max(1, Math.round(seconds / lifeSeconds)),
          lifeSeconds: Math.min(seconds, lifeSeconds),
          random,
          onLife,
        }),
      ),
    )
    return accounts
  } finally {
    await Promise.all(vendors.map((vendor) => vendor.close()))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function liveOn({ name, module, vendor, spool, lives, lifeSeconds, random, onLife }) {
  const sum = { written: 0, takenOver: 0, delivered: 0, dropped: {}, handedOn: 0, left: 0, mostRss: 0 }
  const add = (stats) => {
    sum.written += stats.written + stats.requestsWritten
    sum.takenOver += stats.takenOver
    sum.delivered += stats.accepted + stats.requestsAccepted
    sum.handedOn += stats.spooled
    sum.left = stats.spooled + stats.queued + stats.inFlight
    sum.mostRss = Math.max(sum.mostRss, stats.rss)
    for (const [reason, count] of Object.entries(stats.dropped)) {
      sum.dropped[reason] = (sum.dropped[reason] ?? 0) + count
    }
  }
  const live = (life, seconds) =>
    runLife([
      module,
      vendor.apiUrl,
      spool,
      `${name} ${life}`,
      String(seconds),
      String(Math.floor(random() * 2 ** 31)),
    ])
  for (let life = 1; life <= lives; life++) {
    add(await live(life, lifeSeconds))
    onLife(name, life, lives)
  }
  vendor.endFaults()
  add(await live('last', 0))
  const dropped = Object.values(sum.dropped).reduce((all, count) => all + count, 0)
  return {
    name,
    ...sum,
    // One life leaves entries that the next life takes over.
    balance: sum.written + sum.takenOver - sum.delivered - dropped - sum.handedOn,
    // The service confirmed these after the client had stopped waiting, so the client counted them as dropped.
    unheard: vendor.confirmed.size - sum.delivered,
    confirmed: vendor.confirmed.size,
    requestsByFault: Object.fromEntries(vendor.requestsByFault),
  }
}

function runLife(args) {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (piece) => {
    output += piece
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`A life ended with ${code}`)),
    )
  })
}
