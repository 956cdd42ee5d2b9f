import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
/** Modules that Node needs a millisecond or more for, with what they load themselves. */
const HEAVY = ['net', 'stream', 'crypto', 'os', 'fs/promises', 'http', 'tls', 'zlib', 'worker_threads']

test.each([
  ['import', 'await import("@lognitor/opentelemetry")'],
  ['require', 'process.getBuiltinModule("module").createRequire(import.meta.url)("@lognitor/opentelemetry")'],
])('%s of the package loads none of the heavier modules of Node', (_, load) => {
  expect(loadedBy(load)).toEqual([])
})

/** Those of the heavy modules that the code loads, beyond what OpenTelemetry's API loads. */
function loadedBy(load: string): string[] {
  const code = `await import("@opentelemetry/api")
    const before = new Set(process.moduleLoadList)
    ${load}
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  })
  const loaded: string[] = JSON.parse(said)
  return HEAVY.filter((name) => loaded.includes(`NativeModule ${name}`))
}
