// npm run survival: what arrives of 50 logs when the process ends, in each way it can. Installs and builds by
// itself. npm run survival -- --peers FOLDER also runs the peers that are installed in that folder.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runCell } from '../bench/survival/cell.mjs'
import { exits } from '../bench/survival/exits.mjs'
import { startInboxReceiver } from '../bench/survival/inbox.mjs'
import { startReceiver } from '../bench/survival/receiver.mjs'
import { ours, peers, systems } from '../bench/survival/systems.mjs'
import { ensureInstalled, root, run } from './lib/install.mjs'

const [option, folder = '.'] = process.argv.slice(2)
if (option !== undefined && option !== '--peers') {
  console.error('npm run survival [-- --peers FOLDER]')
  process.exit(2)
}
ensureInstalled()
run(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'])

const columns = [...exits]
row('system', ...columns.map(({ title }) => title))
row('---', ...columns.map(() => '---'))
const inbox = await startInboxReceiver(await import('../dist/testing.mjs'))
const isWhole = await runRow(ours, { receiver: inbox, folder: root })
await inbox.close()
if (option !== undefined) await runPeers(resolve(folder))
if (!isWhole) process.exitCode = 1

async function runPeers(folder) {
  const receiver = await startReceiver()
  for (const name of peers) {
    if (existsSync(join(folder, 'node_modules', systems[name].package)))
      await runRow(name, { receiver, folder })
    else row(`${name} (not installed)`, ...columns.map(() => ''))
  }
  receiver.close()
}

async function runRow(name, place) {
  const cells = []
  for (const column of columns) cells.push(await runCell(name, column, place))
  row(name, ...cells.map(({ text }) => text))
  for (const { stderr, isWhole } of cells) if (!isWhole && process.env.DEBUG) console.error(stderr)
  return cells.every((cell) => cell.isWhole)
}

function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`)
}
