// npm run survival: how many of 50 logs arrive when the process ends, in each possible way, and how many of 20 logs
// that are written while the service is down. Installs and builds by itself.
//   --exits         only the columns that take less than a minute
//   --peers FOLDER  also the peers that are installed there, together or in folders of their own
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runCell } from '../bench/survival/cell.mjs'
import { exits, outages } from '../bench/survival/columns.mjs'
import { openInbox } from '../bench/survival/inbox.mjs'
import { openReceiver } from '../bench/survival/receiver.mjs'
import { ours, peers, systems } from '../bench/survival/systems.mjs'
import { ensureInstalled, root, run } from './lib/install.mjs'

const { values } = parseArgs({ options: { exits: { type: 'boolean' }, peers: { type: 'string' } } })
ensureInstalled()
run(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'])

const waits = values.exits ? [] : outages
const titles = [...exits, ...waits].map(({ title }) => title)
print('system', ...titles)
print('---', ...titles.map(() => '---'))
const testing = await import('../dist/testing.mjs')
const isWhole = await runRow(ours, { open: () => openInbox(testing), folder: root })
if (values.peers !== undefined) await runPeers(resolve(values.peers))
process.exitCode = isWhole ? 0 : 1

async function runPeers(folder) {
  const subfolders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const folders = [folder, ...subfolders.map(({ name }) => join(folder, name))]
  for (const name of peers) {
    const place = folders.find((each) => existsSync(join(each, 'node_modules', systems[name].package)))
    if (place) await runRow(name, { open: openReceiver, folder: place })
    else print(`${name} (not installed)`, ...titles.map(() => ''))
  }
}

async function runRow(name, place) {
  // Cells that mostly wait run in parallel, while the others run one by one.
  const waiting = waits.map((column) => runCell(name, column, place))
  const cells = []
  for (const column of exits) cells.push(await runCell(name, column, place))
  cells.push(...(await Promise.all(waiting)))
  print(name, ...cells.map(({ text }) => text))
  for (const { stderr, isWhole } of cells) if (!isWhole && process.env.DEBUG) console.error(stderr)
  return cells.every((cell) => cell.isWhole)
}

function print(...cells) {
  console.log(`| ${cells.join(' | ')} |`)
}
