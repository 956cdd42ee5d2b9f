// npm run kill: kills a process that logs at a random moment, 200 times, and reports what was lost.
// The number of rounds and a seed may follow: npm run kill -- 50 7
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { killAgainAndAgain } from './kill/rounds.mjs'
import { ensureInstalled, root, run } from './lib/install.mjs'

const [rounds = 200, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number)
if (!(rounds >= 1) || Number.isNaN(seed)) {
  console.error('Usage: npm run kill -- [rounds] [seed], both whole numbers.')
  process.exit(2)
}
ensureInstalled()
run(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'])
const module = createRequire(import.meta.url).resolve('../dist/index.cjs')
console.log(`Killing ${rounds} times, seed ${seed}`)
const account = await killAgainAndAgain({
  module,
  rounds,
  seed,
  onRound: (round) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${round} of ${rounds}`)
  },
})
if (process.stderr.isTTY) process.stderr.write('\n')
const { written, due, lost, twice, again, altered } = account
console.log(`logs whose call returned            ${written}`)
console.log(`  of these due to survive           ${due}`)
console.log(`  of these lost                     ${lost.length}`)
console.log(`logs that came in two batches       ${twice.length}`)
console.log(`batches that were repeated          ${again}`)
console.log(`  of these with other content       ${altered}`)
for (const message of [...lost, ...twice].slice(0, 20)) console.log(`  ${message}`)
if (lost.length + twice.length + altered > 0) process.exitCode = 1
