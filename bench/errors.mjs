// CPU per reported error with a stack, a fingerprint and 100 breadcrumbs: ours beside Sentry's client for Node.
// node bench/errors.mjs [generations]
import { ensureInstalled } from '../scripts/lib/install.mjs'
import { startCountingServer } from './lib/counting-server.mjs'
import { median, medianOfPairs, printTable } from './lib/figures.mjs'
import { measureLiving } from './lib/living.mjs'
import { report } from './lib/report.mjs'

const OURS = 'captureException()'
const PEER = 'Sentry'
/** Only the field of the message: stacks and source lines hold the words as well. */
const MESSAGE = '"message":"payment of order'
const VALUE = '"value":"payment of order'

ensureInstalled('bench/peers')
const servers = new Map([
  [OURS, await startCountingServer(MESSAGE)],
  [PEER, await startCountingServer(VALUE)],
])
const figures = await measureLiving({
  file: new URL('errors/child.mjs', import.meta.url),
  variants: [OURS, PEER],
  args: (name) => [servers.get(name).url],
  young: 200,
  warm: 1500,
  measured: 500,
  generations: Number(process.argv[2] ?? 3),
  check,
})
for (const server of servers.values()) server.stop()

const us = (name) => median(figures.get(name).warm)
const ratio = medianOfPairs(figures.get(OURS).warm, figures.get(PEER).warm, (ours, peer) => ours / peer)
console.log('\nCPU per error with stack, fingerprint and 100 breadcrumbs, medians\n')
printTable(
  ['', 'us an error', 'x Sentry'],
  [
    [OURS, us(OURS), ratio.toFixed(2)],
    [PEER, us(PEER), '1.00'],
  ],
)
report([
  {
    id: 'errors',
    work: 'an error with stack, fingerprint, 100 breadcrumbs',
    value: ratio,
    unit: 'x Sentry.captureException',
    target: 0.5,
    figures: `${us(OURS).toFixed(0)} us against ${us(PEER).toFixed(0)}`,
  },
])

/** Ours carries each message twice: in the log and in its error. */
async function check(name, written) {
  const { marks } = await servers.get(name).take()
  if (written === undefined) return
  const count = name === OURS ? marks / 2 : marks
  if (count !== written) throw new Error(`${name}: ${count} of ${written} errors arrived`)
}
