/**
 * One line of the table of `npm run bench`.
 * @typedef {object} Row
 * @property {string} id stable, such as `logs.exporter.warm`
 * @property {string} work what was measured
 * @property {number} value the measured value: a ratio, or a figure in `unit`
 * @property {string} unit such as `x OTLP JSON exporter` or `ms`
 * @property {number} [target] the value at which the row is met; a row without a target is information
 * @property {string} [figures] the figures behind a ratio, in words
 */

/**
 * Gives the rows of a bench to `npm run bench`. Run by itself, a bench prints its own table and this does nothing.
 * @param {Row[]} rows
 * @param {unknown} [data] what a chart is drawn from
 */
export function report(rows, data) {
  process.send?.({ rows, data })
}
