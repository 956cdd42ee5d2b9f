import { packed } from './lib/project.mjs'
import { cells, installNodes } from './rows/cells.mjs'

/** Programs wait much and count little, but start-up alone keeps a processor busy. */
const AT_ONCE = 2

const GROUPS = [cells]

/**
 * Checks every place and prints the table.
 * @param words only rows whose name holds one of these; none means all
 * @returns the exit code
 */
export async function world(words) {
  const since = performance.now()
  const parts = { tarball: await packed(), nodes: await installNodes() }
  const rows = []
  for (const group of GROUPS) rows.push(...(await group(parts)))
  const wanted = rows.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  const results = await all(wanted)
  console.log(table(results))
  for (const { name, problems } of results) {
    for (const [check, problem] of problems) console.log(`\n${name}: ${check}\n${problem}`)
  }
  const failed = results.filter(({ problems }) => problems.length > 0)
  const unavailable = results.filter(({ unavailable }) => unavailable !== undefined)
  console.log(
    `\n${results.length - failed.length - unavailable.length} of ${results.length} places are right, ` +
      `${failed.length} wrong, ${unavailable.length} not to be had; ${Math.round((performance.now() - since) / 1000)} s`,
  )
  return failed.length > 0 || results.length === 0 ? 1 : 0
}

async function all(rows) {
  const results = []
  const waiting = [...rows.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await one(next[1])
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

/** A row has `checks` that are given its `place`, or the reason for which it is `unavailable`. */
async function one({ name, checks = {}, place, unavailable }) {
  const problems = []
  for (const [check, behaves] of Object.entries(checks)) {
    try {
      await behaves(place)
    } catch (error) {
      problems.push([check, error.message])
    }
  }
  console.error(`${problems.length > 0 ? 'WRONG' : 'ok   '} ${name}`)
  return { name, problems, unavailable, checks: Object.keys(checks) }
}

function table(results) {
  const lines = results.map(({ name, problems, unavailable, checks }) => {
    if (unavailable !== undefined) return `| ${name} | not to be had: ${unavailable} |`
    if (problems.length === 0) return `| ${name} | ok (${checks.length}) |`
    return `| ${name} | WRONG: ${problems.map(([check]) => check).join('; ')} |`
  })
  return ['| place | result |', '| --- | --- |', ...lines].join('\n')
}
