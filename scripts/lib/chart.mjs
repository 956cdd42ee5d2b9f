// The chart of docs/performance.md, as SVG text: rows against their targets, and how the cost of a record grows.

const WIDTH = 960
const ROW = 24
const LABELS = 460
/** For the longest figure, such as `0.05 ms of CPU over no logs`. */
const FIGURES = 130
/** Keeps a text readable where a line passes behind it. */
const HALO = 'paint-order="stroke" stroke="white" stroke-width="3"'
const COLORS = { met: '#2f855a', missed: '#c05621', line: '#4a5568', grid: '#cbd5e0' }

/** @param rows those of the table; @param data of the bench `growth` */
export function drawChart(rows, data) {
  const bars = rows.filter(({ target }) => target !== undefined)
  const barsHeight = 60 + bars.length * ROW
  const curves = data.growth === undefined ? '' : drawCurves(data.growth, barsHeight + 20)
  const height = barsHeight + (curves === '' ? 0 : 280)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    '<title>Each row beside its target, and the cost of a record as it grows</title>',
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    drawBars(bars),
    curves,
    '</svg>\n',
  ].join('\n')
}

function drawBars(bars) {
  const most = Math.max(1.5, ...bars.map(({ value, target }) => Math.min(value / target, 4)))
  const scale = (WIDTH - LABELS - FIGURES) / most
  const target = LABELS + scale
  const lines = bars.map(({ work, value, target, unit }, n) => {
    const y = 44 + n * ROW
    const times = value / target
    const width = Math.min(times, most) * scale
    return [
      text(LABELS - 8, y + 12, work.replaceAll('`', ''), 'end'),
      `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="16" fill="${times <= 1 ? COLORS.met : COLORS.missed}"/>`,
      text(LABELS + width + 6, y + 12, `${figureOf(value)} ${/^x /.test(unit) ? 'x' : unit}`),
    ].join('\n')
  })
  return [
    text(LABELS, 20, 'share of the target (line: the target)'),
    `<line x1="${target}" x2="${target}" y1="30" y2="${50 + bars.length * ROW}" stroke="${COLORS.line}" stroke-dasharray="4 3"/>`,
    ...lines,
  ].join('\n')
}

function drawCurves({ records, attributes, kilobytes }, top) {
  const curves = [
    ['µs a record, by records written before', records],
    ['µs a record, by attributes', attributes],
    ['µs a record, by kilobytes', kilobytes],
  ]
  return curves.map(([title, points], n) => drawCurve(title, points, 40 + n * 295, top)).join('\n')
}

/** The first axis is logarithmic in all curves; so is the second where the cost grows tenfold. */
function drawCurve(title, points, left, top) {
  const [width, height] = [240, 180]
  const isLog = points.at(-1).us > 5 * points[0].us
  const most = Math.max(...points.map(({ us }) => us)) * 1.1
  const least = isLog ? Math.min(...points.map(({ us }) => us)) / 1.2 : 0
  const x = (value) =>
    left + (width * Math.log(value / points[0].x)) / Math.log(points.at(-1).x / points[0].x)
  const y = (us) =>
    top + 30 + height * (1 - (isLog ? Math.log(us / least) / Math.log(most / least) : us / most))
  const path = points.map((point) => `${x(point.x).toFixed(1)},${y(point.us).toFixed(1)}`)
  return [
    text(left, top + 14, title),
    `<path d="M${left},${top + 30} v${height} h${width}" fill="none" stroke="${COLORS.grid}"/>`,
    `<polyline points="${path.join(' ')}" fill="none" stroke="${COLORS.line}" stroke-width="2"/>`,
    ...points.flatMap((point) => [
      `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.us).toFixed(1)}" r="3" fill="${COLORS.line}"/>`,
      text(x(point.x), top + 46 + height, short(point.x), 'middle'),
      text(x(point.x), y(point.us) - 8, point.us.toPrecision(3), 'middle'),
    ]),
  ].join('\n')
}

function figureOf(value) {
  return String(Number(value < 10 ? value.toFixed(2) : value.toPrecision(3)))
}

function short(count) {
  if (count >= 1e6) return `${count / 1e6}M`
  return count >= 1000 ? `${count / 1000}k` : String(count)
}

function text(x, y, words, anchor = 'start') {
  const safe = words
    .replace(/\bus\b/g, 'µs')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
  return `<text x="${Number(x).toFixed(1)}" y="${Number(y).toFixed(1)}" text-anchor="${anchor}" ${HALO}>${safe}</text>`
}
