// npm run bench: measures the cost of this package compared with others, on this machine. Installs and builds by
// itself.
// Names of single benches may follow: npm run bench -- logs requests
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ensureInstalled, root, run } from './lib/install.mjs'

// Every file directly below bench/ is one bench and runs in a process of its own.
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => basename(file, '.mjs'))
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(', ')}. The benches are ${names.join(', ')}.`)
  process.exit(2)
}

ensureInstalled()
run(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'])
for (const name of wanted.length > 0 ? wanted : names)
  run(process.execPath, [join(root, `bench/${name}.mjs`)])
