// The table of sources in docs/gateway.md. Each row is what a run found, so a row that has become wrong fails its case.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'

const PAGE = join(root, 'docs/gateway.md')
const HEADING = '\n## Sources\n'

/** Whether rows are written into the page instead of being compared with it: npm run test:collector -- --write */
const writes = process.argv.includes('--write')

/** @param cells source, version, path, logs, errors, request entries, trace ids, request ids */
export async function holdRow(cells) {
  const row = `| ${cells.join(' | ')} |`
  const page = await readFile(PAGE, 'utf8')
  const old = rowsOf(page).find((each) => each.startsWith(`| ${cells[0]} |`))
  if (old === row) return
  if (!writes) throw new Error(`docs/gateway.md says\n${old ?? 'nothing'}\nand this run found\n${row}`)
  const last = linesOf(page).at(-1)
  await writeFile(PAGE, old === undefined ? page.replace(last, `${last}\n${row}`) : page.replace(old, row))
}

/** The first cells of all rows. */
export async function namesOfRows() {
  return rowsOf(await readFile(PAGE, 'utf8')).map((row) => row.split(' | ')[0].slice(2))
}

/** The rows below the heads of the columns. */
function rowsOf(page) {
  return linesOf(page).slice(2)
}

function linesOf(page) {
  const section = page.slice(page.indexOf(HEADING) + HEADING.length).split('\n## ')[0]
  return section.split('\n').filter((line) => line.startsWith('| '))
}
