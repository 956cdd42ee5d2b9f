import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { run } from './process.mjs'

const STRICT = {
  module: 'nodenext',
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
}

/** Compiles the consumer of `test/package` in a project, as ES module and as CommonJS, declarations included. */
export async function checkTypes(folder, sdkTrace) {
  const source = readFileSync(join(root, 'test/package/strict-consumer.ts.txt'), 'utf8')
  const files = ['strict-consumer.mts', 'strict-consumer.cts']
  for (const file of files) writeFileSync(join(folder, file), source.replace('SDK_TRACE', sdkTrace))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, files }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { code, stdout, stderr } = await run(process.execPath, [tsc, '-p', folder], { env: process.env })
  if (code !== 0) throw new Error(stdout + stderr)
}
