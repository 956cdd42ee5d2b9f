/** Longer names are not compared. */
const LONGEST = 64

/** ` Did you mean "batchSize"?` if a known name is similar to `given`, else an empty string. */
export function didYouMean(given: string, known: readonly string[]): string {
  const name = nearest(given, known)
  return name === undefined ? '' : ` Did you mean "${name}"?`
}

/** The known name that differs in the fewest letters: at most a third of them, and three. Ignores case, `_` and `-`. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (given.length > LONGEST) return undefined
  const plain = plainOf(given)
  const mostEdits = Math.max(1, Math.min(3, Math.floor(plain.length / 3)))
  let best: string | undefined
  let fewest = mostEdits + 1
  for (const name of known) {
    const edits = editsBetween(plain, plainOf(name))
    if (edits >= fewest) continue
    fewest = edits
    best = name
  }
  return best
}

function plainOf(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '')
}

/** The Levenshtein distance, computed row by row. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
