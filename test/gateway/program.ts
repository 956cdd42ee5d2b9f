import { onTestFinished } from 'vitest'
import type { Program, Run } from '../cli/support.js'
import { startVendor, type Vendor } from '../support/vendor.js'

/** `lognitor gateway` as a process of its own, with a stand-in for the service; both end with the test. */
export async function startProgram(
  program: Program,
  args: readonly string[] = [],
): Promise<{ run: Run; url: string; vendor: Vendor }> {
  const vendor = await startVendor()
  const run = program.start(['gateway', '--listen', '127.0.0.1:0', ...args], {
    LOGNITOR_API_KEY: 'key',
    LOGNITOR_API_URL: vendor.apiUrl,
  })
  onTestFinished(async () => {
    run.child.kill('SIGKILL')
    await run.ended
    await vendor.close()
  })
  return { run, vendor, url: await printed(run, /Lognitor gateway: (http:\S+)/) }
}

/** Waits for output of the program that matches. Gives the pattern's first group, or the whole match. */
export async function printed(run: Run, pattern: RegExp): Promise<string> {
  for (let tries = 0; tries < 1000; tries++) {
    const found = pattern.exec(run.output() + run.errors())
    if (found !== null) return found[1] ?? found[0]
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`It printed no ${pattern}: ${run.output()}${run.errors()}`)
}
