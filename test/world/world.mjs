import { Parts, Unavailable } from './lib/parts.mjs'
import { applications } from './rows/applications.mjs'
import { bundles } from './rows/bundles.mjs'
import { cells } from './rows/cells.mjs'
import { conditions } from './rows/conditions.mjs'
import { neighbours } from './rows/neighbours.mjs'
import { packageManagers } from './rows/package-managers.mjs'
import { processManagers } from './rows/process-managers.mjs'
import { shownByTests } from './rows/vitest.mjs'

/** Programs wait much and count little, but start-up alone keeps a processor busy. */
const AT_ONCE = 2

const ROWS = [
  ...cells,
  ...bundles,
  ...packageManagers,
  ...neighbours,
  ...processManagers,
  ...conditions,
  ...shownByTests,
  ...applications,
]

/**
 * Checks every place and prints the table.
 * @param words only rows whose name holds one of these; none means all
 * @returns the exit code
 */
export async function world(words) {
  const since = performance.now()
  const wanted = ROWS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
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
  const parts = new Parts()
  const results = []
  const waiting = [...rows.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await one(next[1], parts)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

/** A row prepares its place, and has `checks` that are given the place. */
async function one({ name, prepare, checks }, parts) {
  const problems = []
  const fail = (check, error) => problems.push([check, error.message])
  try {
    const place = await prepare(parts)
    for (const [check, behaves] of Object.entries(checks)) {
      await behaves(place).catch((error) => fail(check, error))
    }
  } catch (error) {
    if (error instanceof Unavailable) return { name, problems, unavailable: error.message }
    fail('installation', error)
  }
  console.error(`${problems.length > 0 ? 'WRONG' : 'ok   '} ${name}`)
  return { name, problems, checks: Object.keys(checks) }
}

function table(results) {
  const lines = results.map(({ name, problems, unavailable, checks }) => {
    if (unavailable !== undefined) return `| ${name} | not to be had: ${unavailable} |`
    if (problems.length === 0) return `| ${name} | ok (${checks.length}) |`
    return `| ${name} | WRONG: ${problems.map(([check]) => check).join('; ')} |`
  })
  return ['| place | result |', '| --- | --- |', ...lines].join('\n')
}
