import { readBlocks } from '../docs/blocks.js'

const IMPORT = /^import (\{.*\}) from ('.*')\n/gm

/** The README's example for tests, as one test of whatever runner has a global `test`. */
export function readmeTest(moduleSystem: 'esm' | 'cjs'): string {
  const block = readBlocks().find(
    ({ place, code }) => place.startsWith('README.md:') && code.includes('startInbox'),
  )
  if (block === undefined) throw new Error('The README has no example with startInbox')
  // console.assert only prints; a test has to fail.
  const code = `import { strict as assert } from 'node:assert'\n${block.code}`.replaceAll(
    'console.assert(',
    'assert(',
  )
  const imports = code.match(IMPORT)?.join('') ?? ''
  const body = code.replaceAll(IMPORT, '')
  if (moduleSystem === 'esm') return `${imports}test('the README', async () => {${body}})\n`
  const requires = imports.replaceAll(
    IMPORT,
    (_, names, from) => `const ${names.replace(' as ', ': ')} = require(${from})\n`,
  )
  return `test('the README', async () => {\n${requires}${body}})\n`
}
