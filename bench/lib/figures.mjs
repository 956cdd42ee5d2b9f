/** The median, which noise on the machine does not move. */
export function median(figures) {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * The median of what `compare` makes of two variants' figures of the same round, which a slow minute of the machine does
 * not move.
 */
export function medianOfPairs(figures, others, compare) {
  return median(figures.map((figure, round) => compare(figure, others[round])))
}

/** Prints rows of texts and numbers in columns under their headings; numbers with one decimal. */
export function printTable(headings, rows) {
  const cells = [headings, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell)),
  )
  const widths = headings.map((_, n) => Math.max(...cells.map((row) => row[n].length)))
  for (const row of cells) {
    const line = row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n])))
    console.log(`  ${line.join('   ')}`)
  }
}
