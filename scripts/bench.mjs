// npm run bench: measures the cost of this package compared with others, on this machine, and prints one table with
// targets. Installs and builds by itself, and takes less than ten minutes.
//   names      single benches, with their own tables and all of their rounds: npm run bench -- logs requests
//   --json     the table for machines
//   --write    also writes this run into docs/performance.md, and draws its chart
// Exits with 1 when something could not be measured, and with 0 also when rows miss their targets.
import { fork } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureInstalled, root, run } from './lib/install.mjs'
import { shownBeside, writePage } from './lib/performance-page.mjs'

/**
 * The benches of the table, and the seconds that each may take; see bench/lib/rounds.mjs. The last one, to which ten
 * million records matter, takes what the others have left.
 */
const SECONDS = {
  logs: 130,
  errors: 30,
  requests: 170,
  outage: 60,
  weight: 35,
  register: 45,
  gateway: 60,
  growth: 250,
}
const ALL_SECONDS = 570
const LEAST_SECONDS = 60

// Every file directly below bench/ is one bench and runs in a process of its own.
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => basename(file, '.mjs'))
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, write: { type: 'boolean' } },
})
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(', ')}. The benches are ${names.join(', ')}.`)
  process.exit(2)
}

ensureInstalled()
run(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], { stdio: ['ignore', 2, 2] })
const benches = wanted.length > 0 ? wanted : Object.keys(SECONDS)
const rows = []
const data = {}
const failed = []
for (const name of benches) {
  const result = await measure(name)
  if (result === undefined) failed.push(name)
  rows.push(...(result?.rows ?? []))
  data[name] = result?.data
}
if (values.json)
  console.log(JSON.stringify({ at: new Date().toISOString(), rows: rows.map(judged), data, failed }))
else if (rows.length > 0) printTable()
if (values.write) writePage(rows.map(judged), data)
if (failed.length > 0) console.error(`Not measured: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0

/**
 * Runs a bench in its own process and returns what it reports for the table; undefined when it could not measure. A bench
 * that is run by name only has a table of its own and reports nothing.
 */
function measure(name) {
  const isPartOfTable = wanted.length === 0
  console.error(`Measuring ${name} ...`)
  const child = fork(join(root, `bench/${name}.mjs`), {
    cwd: root,
    env: { ...process.env, ...(isPartOfTable && { BENCH_SECONDS: String(secondsFor(name)) }) },
    // The tables of the benches are shown when they are asked for by name.
    stdio: ['ignore', isPartOfTable || values.json ? 'ignore' : 'inherit', 'inherit', 'ipc'],
  })
  let reported
  child.on('message', (message) => {
    reported = message
  })
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined))
    const otherwise = Object.hasOwn(SECONDS, name) ? undefined : { rows: [] }
    child.once('close', (code) => resolve(code === 0 ? (reported ?? otherwise) : undefined))
  })
}

function secondsFor(name) {
  const left = ALL_SECONDS - performance.now() / 1000
  return Math.min(SECONDS[name], Math.max(left, LEAST_SECONDS))
}

function judged(row) {
  const times = row.target === undefined ? undefined : row.value / row.target
  return { ...row, ...(times !== undefined && { timesTarget: times, isMet: times <= 1 }) }
}

function printTable() {
  const cells = [['work', 'measured', 'target', 'of target', '', 'figures']]
  for (const { work, value, unit, target, timesTarget, isMet, figures = '' } of rows.map(judged)) {
    const goal =
      target === undefined ? ['', '', ''] : [`<= ${target}`, timesTarget.toFixed(2), isMet ? 'met' : 'MISSED']
    cells.push([work, `${shownBeside(value, target)} ${unit}`, ...goal, figures])
  }
  const widths = cells[0].map((_, n) => Math.max(...cells.map((row) => row[n].length)))
  console.log()
  for (const row of cells)
    console.log(`  ${row.map((cell, n) => cell.padEnd(widths[n])).join('  ')}`.trimEnd())
  const missed = rows.map(judged).filter(({ isMet }) => isMet === false)
  console.log(
    `\n  ${missed.length === 0 ? 'All rows meet their targets.' : `Missed: ${missed.map(({ id }) => id).join(', ')}.`}\n`,
  )
}
