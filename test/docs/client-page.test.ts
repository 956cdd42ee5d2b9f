import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import * as calls from '../../src/client/default-client.js'
import * as scoped from '../../src/client/scoped.js'
import { MemoryTransport } from '../../src/testing/memory-transport.js'
import { ROOT } from './blocks.js'

const page = readFileSync(join(ROOT, 'docs/client.md'), 'utf8')
const tour = readFileSync(join(ROOT, 'examples/client/tour.mjs'), 'utf8')

const functions = Object.keys({ ...calls, ...scoped })

test.each(functions)('docs/client.md has an example of %s', (name) => {
  expect(page).toMatch(new RegExp(`\\b${name}\\(`))
})

test('the tour makes every call', () => {
  expect(functions.filter((name) => !tour.includes(`lognitor.${name}(`))).toEqual([])
})

test('every function of the module is a method of the client', () => {
  const client = new LognitorClient({ transport: new MemoryTransport() }) as unknown as Record<
    string,
    unknown
  >
  const missing = functions.filter((name) => typeof client[name] !== 'function')
  expect(missing.sort()).toEqual(['getClient', 'init'])
})
