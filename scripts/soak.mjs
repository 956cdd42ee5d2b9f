// npm run soak: logs for ten minutes into a service that fails in every possible way, and balances the account at the
// end: written = delivered + dropped, by reason. Minutes and a seed may follow: npm run soak -- 2 7
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ensureInstalled, root, run } from './lib/install.mjs'
import { soak } from './soak/run.mjs'

const [minutes = 10, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number)
if (!(minutes > 0) || Number.isNaN(seed)) {
  console.error('Usage: npm run soak -- [minutes] [seed], both numbers.')
  process.exit(2)
}
ensureInstalled()
run(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'])
const module = createRequire(import.meta.url).resolve('../dist/index.cjs')
console.log(`Soaking for ${minutes} minutes, seed ${seed}`)
const accounts = await soak({
  module,
  seconds: minutes * 60,
  lifeSeconds: 60,
  seed,
  onLife: (name, life, lives) => console.log(`  ${name}: life ${life} of ${lives} has ended`),
})
for (const account of accounts) {
  const { name, written, delivered, dropped, left, takenOver, handedOn, unheard, mostRss, requestsByFault } =
    account
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
  console.log(`\n${name}`)
  console.log(`  written      ${written}`)
  console.log(`  delivered    ${delivered}`)
  for (const [reason, count] of Object.entries(dropped)) console.log(`  dropped      ${count}  ${reason}`)
  console.log(`  difference   ${written - delivered - lost - left}`)
  console.log(`  left by one life for the next ${handedOn}, taken over ${takenOver}, left at the end ${left}`)
  console.log(`  confirmed by the service after the client had stopped waiting: ${unheard}`)
  console.log(`  largest resident set ${(mostRss / 2 ** 20).toFixed(0)} MiB`)
  console.log(`  requests by fault: ${JSON.stringify(requestsByFault)}`)
  const isExact = written === delivered + lost && left === 0 && handedOn === takenOver
  if (!isExact || unheard < 0 || unheard > lost) process.exitCode = 1
}
console.log(process.exitCode ? '\nThe account does NOT balance.' : '\nThe account balances to the log.')
