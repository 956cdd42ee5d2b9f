import { Parts } from '../world/lib/parts.mjs'
import { bundlers } from './rows/bundlers.mjs'
import { frameworks } from './rows/frameworks.mjs'
import { gettingStarted } from './rows/getting-started.mjs'
import { jobs } from './rows/jobs.mjs'
import { loggers } from './rows/loggers.mjs'
import { readme } from './rows/readme.mjs'
import { serverless } from './rows/serverless.mjs'
import { testing } from './rows/testing.mjs'

/** Installations wait much and programs count little, but start-up alone keeps a processor busy. */
const AT_ONCE = 2

/**
 * One folder of a reader each: `page`, `place` (what distinguishes this folder from others of the page), `prepare`,
 * which makes the folder, and `steps` that take it, by what the reader does.
 */
const ROWS = [
  ...readme,
  ...gettingStarted,
  ...frameworks,
  ...loggers,
  ...testing,
  ...jobs,
  ...serverless,
  ...bundlers,
]

/**
 * Follows the pages and prints the table.
 * @param words only pages whose name holds one of these; none means all
 * @returns the exit code
 */
export async function followPages(words) {
  const since = performance.now()
  const wanted = ROWS.filter(({ page }) => words.length === 0 || words.some((word) => page.includes(word)))
  const results = (await all(wanted)).flat()
  console.log(['| page | what | result |', '| --- | --- | --- |', ...results.map(line)].join('\n'))
  const failed = results.filter(({ problem }) => problem !== undefined)
  for (const { page, what, problem } of failed) console.log(`\n${page}: ${what}\n${problem}`)
  console.log(
    `\n${results.length - failed.length} of ${results.length} steps work as written; ` +
      `${Math.round((performance.now() - since) / 1000)} s`,
  )
  return failed.length > 0 || results.length === 0 ? 1 : 0
}

async function all(rows) {
  const parts = new Parts()
  const results = []
  const waiting = [...rows.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await follow(next[1], parts)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

async function follow({ page, place, prepare, steps }, parts) {
  const results = []
  const add = async (what, act) => {
    const problem = await act().then(
      () => undefined,
      (error) => error.message,
    )
    results.push({ page, what: `${place}: ${what}`, problem })
    console.error(`${problem === undefined ? 'ok   ' : 'WRONG'} ${page}: ${place}: ${what}`)
    return problem === undefined
  }
  let project
  const isInstalled = await add('install', async () => {
    project = await prepare(parts)
  })
  if (isInstalled) for (const [what, act] of Object.entries(steps)) await add(what, () => act(project))
  project?.clear()
  return results
}

function line({ page, what, problem }) {
  return `| ${page} | ${what} | ${problem === undefined ? 'ok' : 'WRONG'} |`
}
