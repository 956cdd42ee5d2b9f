const MAX_LEAVES = 200
const MAX_DEPTH = 6

/** The single values in metadata, by path; a list, or an object that is nested too deeply, is one value. */
export function leavesOf(value: Record<string, unknown>): [path: string, text: string][] {
  const leaves: [string, string][] = []
  walk(value, '', 0)
  return leaves

  function walk(fields: Record<string, unknown>, before: string, depth: number): void {
    for (const [key, field] of Object.entries(fields)) {
      if (leaves.length >= MAX_LEAVES) return
      const path = before === '' ? key : `${before}.${key}`
      const isObject = typeof field === 'object' && field !== null && !Array.isArray(field)
      if (isObject && depth < MAX_DEPTH && Object.keys(field).length > 0)
        walk(field as Record<string, unknown>, path, depth + 1)
      else
        leaves.push([
          path,
          typeof field === 'object' && field !== null ? JSON.stringify(field) : String(field),
        ])
    }
  }
}
