import { onTestFinished } from 'vitest'
import type { Program } from '../support/program.js'
import type { Run } from '../support/run.js'
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
    await run.stop('SIGKILL')
    await vendor.close()
  })
  return { run, vendor, url: await run.printed(/Lognitor gateway: (http:\S+)/) }
}
