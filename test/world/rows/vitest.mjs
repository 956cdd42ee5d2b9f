import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { installDependencies } from '../lib/dependencies.mjs'
import { output } from '../lib/process.mjs'

const NODE_24 = join(root, 'test/dependencies/otel-3/node_modules/node/bin/node')

/** OpenTelemetry 2 and 3. */
const LINES = ['frameworks', 'otel-3']

/** Places that tests of the repository show: what has to be installed, the files, and their environment. */
const ROWS = [
  ['Next.js 16, next start and standalone', ['nextjs'], ['world/nextjs'], { NEXT_LINE: 'nextjs' }],
  ['Next.js 15, next start and standalone', ['nextjs-15'], ['world/nextjs'], { NEXT_LINE: 'nextjs-15' }],
  [
    'Jest; Vitest; node --test; code that vm runs',
    ['jest'],
    ['world/jest', 'world/test-runners', 'world/vm'],
  ],
  [
    'services and functions bundled by esbuild, webpack, Rolldown and Rollup',
    ['bundlers'],
    ['world/bundles'],
  ],
  ['zero code and sdkConfig, both module systems', LINES, ['world/zero-code', 'world/sdk-config']],
  ['HTTP instrumentation, both module systems', LINES, ['world/http-instrumentation']],
  ['beside another SDK; exports that are set later', LINES, ['world/other-sdk', 'world/live-bindings']],
  ['ends of a process on Node 24', ['otel-3'], ['exit/exits'], { TEST_NODE: NODE_24 }],
]

export const shownByTests = ROWS.map(([name, dependencies, titles, env = {}]) => ({
  name,
  prepare: async () => {
    for (const folder of dependencies) await installDependencies(folder)
  },
  checks: {
    [titles.join(', ')]: () => {
      const files = titles.map((title) => `test/${title}.test.ts`)
      const vitest = join(root, 'node_modules/vitest/vitest.mjs')
      const given = { ...process.env, TEST_WORLD: '1', NO_COLOR: '1', ...env }
      return output(process.execPath, [vitest, 'run', ...files], { cwd: root, env: given })
    },
  },
}))
