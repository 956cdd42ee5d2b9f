import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { drawChart } from './chart.mjs'
import { root } from './install.mjs'

const PAGE = join(root, 'docs/performance.md')
const README = join(root, 'README.md')
/** The rows that the README shows. */
const README_ROWS = [
  'logs.processor',
  'logs.exporter.warm',
  'logs.rich',
  'errors',
  'requests.bare',
  'requests.http',
  'requests.express',
  'import',
  'disk',
  'register.time',
]

/** Writes a run of `npm run bench` into docs/performance.md and the README, between the marks for it, and draws its chart. */
export function writePage(rows, data) {
  let page = readFileSync(PAGE, 'utf8')
  page = between(page, 'run', `${whenAndWhere()}\n\n${tableOf(rows)}`)
  if (data.growth !== undefined) page = between(page, 'growth', growthOf(data.growth))
  writeFileSync(PAGE, page)
  const cost = table(
    ['work', 'measured'],
    README_ROWS.map((id) => rows.find((row) => row.id === id))
      .filter((row) => row !== undefined)
      .map(({ work, value, unit }) => [work, `${shown(value)} ${unit}`]),
  )
  writeFileSync(README, between(readFileSync(README, 'utf8'), 'cost', cost))
  writeFileSync(join(root, 'docs/performance.svg'), drawChart(rows, data))
}

function between(page, name, text) {
  const [before, rest] = page.split(`<!-- ${name} -->\n`)
  const [, after] = rest.split(`<!-- end of ${name} -->\n`)
  return `${before}<!-- ${name} -->\n${text}\n<!-- end of ${name} -->\n${after}`
}

function whenAndWhere() {
  const day = new Date().toISOString().slice(0, 10)
  return `Measured on ${day} with Node ${process.versions.node} on ${cpus().length} cores.`
}

function tableOf(rows) {
  const lines = rows.map(({ work, value, unit, target, isMet, figures = '' }) => {
    const goal = target === undefined ? '' : `<= ${target}`
    const verdict = target === undefined ? '' : isMet ? 'met' : '**missed**'
    return [work, `${shownBeside(value, target)} ${unit}`, goal, verdict, figures]
  })
  return table(['work', 'measured', 'target', '', 'figures'], lines)
}

function growthOf(growth) {
  const part = (title, points) =>
    table(
      [title, ...points.map(({ x }) => String(x))],
      [['us a record', ...points.map(({ us }) => us.toFixed(1))]],
    )
  return [
    part('records written before', growth.records),
    part('attributes', growth.attributes),
    part('kilobytes', growth.kilobytes),
  ].join('\n\n')
}

/** The tables of the terminal write `us`, since not every terminal has a µ. */
function micro(text) {
  return text.replaceAll(/\bus\b/g, 'µs')
}

function table(headings, lines) {
  return [headings, headings.map(() => '---'), ...lines]
    .map((cells) => micro(`| ${cells.join(' | ')} |`))
    .join('\n')
}

/** A figure with one digit more where it would else look like its target. */
export function shownBeside(value, target) {
  const figure = shown(value)
  return value > target && Number(figure) <= target ? value.toFixed(3) : figure
}

/** A figure with as many digits as it is worth. */
function shown(value) {
  if (value >= 100 || Number.isInteger(value)) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
