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

test('require of the package reads four files', () => {
  const code = `const require = process.getBuiltinModule('module').createRequire(import.meta.url)
    require('@lognitor/opentelemetry')
    const files = Object.keys(require.cache).map((file) => file.replaceAll('\\\\', '/'))
    console.log(files.filter((file) => file.includes('/dist/')).map((file) => /dist\\/([\\w/]+)/.exec(file)[1]).sort().join())`
  expect(run(code).trim()).toBe('chunks/client,chunks/common,index,late/parts')
})

/** Those of the heavy modules that the code loads, beyond what OpenTelemetry's API loads. */
function loadedBy(load: string): string[] {
  const code = `await import("@opentelemetry/api")
    const before = new Set(process.moduleLoadList)
    ${load}
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))))`
  const loaded: string[] = JSON.parse(run(code))
  return HEAVY.filter((name) => loaded.includes(`NativeModule ${name}`))
}

function run(code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, encoding: 'utf8' })
}
