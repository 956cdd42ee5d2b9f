import type { ChildProcess } from 'node:child_process'
import { type StartOptions, start } from '../support/run.js'

export { NODE_24 } from '../support/run.js'

export interface RunOptions extends StartOptions {
  /** Address of the service; without it the app runs without this package. */
  readonly apiUrl?: string | undefined
  readonly flags?: readonly string[] | undefined
  /** Time limit in ms, longer than any healthy run takes. Default 50 000. */
  readonly limitMs?: number | undefined
  /** The function is called with the process once the text has appeared on its stdout. */
  readonly when?: readonly [text: string, then: (child: ChildProcess) => void] | undefined
}

/** How a process ended, and its output. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs an application of `test/exit/apps` to its end. One that hangs is killed, and that is an error. */
export async function runApp(
  app: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ending> {
  const { apiUrl, env = {}, flags = [], when, limitMs = 50_000, ...rest } = options
  // The machine may be busy. How long the delivery takes matters only in the tests about it.
  const generous = { LOGNITOR_FLUSH_ON_EXIT: '20000' }
  const own =
    apiUrl === undefined ? {} : { LOGNITOR_API_KEY: 'test-key', LOGNITOR_API_URL: apiUrl, ...generous }
  // npm run test:world runs these tests on other lines of Node, too.
  const node = rest.node ?? process.env.TEST_NODE
  const run = start([...flags, `test/exit/apps/${app}`, ...args], { ...rest, node, env: { ...own, ...env } })
  let hangs = false
  const limit = setTimeout(() => {
    hangs = true
    run.child.kill('SIGKILL')
  }, limitMs)
  if (when !== undefined) {
    const [text, then] = when
    run.printed(text).then(
      () => then(run.child),
      // Whoever compares the endings sees that it ended before.
      () => {},
    )
  }
  const end = await run.ended
  clearTimeout(limit)
  const said = { stdout: run.stdout(), stderr: run.stderr() }
  if (hangs) throw new Error(`${app} ${args.join(' ')} did not end:\n${said.stdout}\n${said.stderr}`)
  return typeof end === 'number' ? { code: end, signal: null, ...said } : { code: null, signal: end, ...said }
}
