import fc from 'fast-check'
import { expect } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import type { Options } from '../../src/config/options.js'
import { CheckedTransport, unaccounted } from './checked-transport.js'
import { changes } from './hostile.js'
import { remember } from './remember.js'

/** FUZZ_CASES=30000 runs that many cases of each part, without shrinking. */
const asked = Number(process.env.FUZZ_CASES ?? 0)

/**
 * Number of cases for each part. The usual seed is the same each time, so that more of them would find nothing new;
 * who looks for something new asks for another seed and more cases.
 */
export const CASES = {
  records: asked || 1000,
  spans: asked || 500,
  client: asked || 1000,
  requests: asked || 250,
  policy: asked || 500,
}

/** Time limit for a test of this many cases, on a busy machine. */
export const LONG_MS = 900_000

/** All features that work on a log, turned on together. */
export const ALL_ON: Options = {
  autoTruncate: true,
  redactPatterns: ['email', 'creditCard', 'ssn', 'bearer', /secret-\w{1,20}/],
  scrubUrlParams: ['sid'],
  captureCallerInfo: true,
  maxBreadcrumbs: 3,
  maxQueueSize: 1_000_000,
  captureUncaught: false,
  flushOnExit: false,
}

export interface Watched {
  readonly client: LognitorClient
  readonly transport: CheckedTransport
}

export function watchedClient(options: Options = {}, looks: { keepsBodies?: boolean } = {}): Watched {
  const transport = new CheckedTransport(looks)
  return { client: new LognitorClient({ ...ALL_ON, ...options, transport }), transport }
}

/** One case, ready to run: its input, and a function that passes it through an entry point. A promise is awaited. */
export interface Attempt {
  readonly inputs: readonly unknown[]
  go(): unknown
}

const PER_RUN = 50

/**
 * Runs many cases through an entry point, several between two flushes. Nothing may throw; every written log must be
 * delivered and legal, or counted; no input and no prototype may change. The required number of cases must have run;
 * that number is returned.
 */
export async function feed<T>(
  cases: number,
  one: fc.Arbitrary<T>,
  { client, transport }: Watched,
  attempt: (given: T) => Attempt,
  account = unaccounted,
): Promise<number> {
  const prototypes = remember(Object.prototype, Array.prototype, Function.prototype, Error.prototype)
  let ran = 0

  async function runOne(item: T): Promise<void> {
    const { inputs, go } = attempt(item)
    const changed = remember(...inputs)
    try {
      const going = go()
      if (going instanceof Promise) await going
    } catch (cause) {
      throw new Error(`It threw: ${fc.stringify(item)}`, { cause })
    }
    ran++
    const blame = (what: string) => expect.fail(`${what}: ${fc.stringify(item)}`)
    if (changed().length > 0) blame(`An input was changed (${changed().join(', ')})`)
    const stats = client.stats()
    if (account(stats) !== 0) blame(`The account is out by ${account(stats)}: ${JSON.stringify(stats)}`)
  }

  const run = async (given: readonly T[]) => {
    transport.clear()
    changes.length = 0
    for (const item of given) await runOne(item)
    expect(await client.flush(20_000)).toBe(true)
    expect(transport.faults).toEqual([])
    expect(changes).toEqual([])
    expect(prototypes()).toEqual([])
    const stats = client.stats()
    expect({ ...stats, unaccounted: account(stats) }).toEqual({ ...stats, queued: 0, unaccounted: 0 })
  }
  const many = fc.array(one, { minLength: PER_RUN, maxLength: PER_RUN })
  await fc.assert(fc.asyncProperty(many, run), {
    numRuns: Math.ceil(cases / PER_RUN),
    endOnFailure: asked > 0,
  })
  expect(ran).toBeGreaterThanOrEqual(cases)
  return ran
}
