import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { installDependencies } from '../lib/dependencies.mjs'
import { output } from '../lib/process.mjs'

/** OpenTelemetry 2 and 3. */
const LINES = ['frameworks', 'otel-3']

/** Places that tests of the repository show: what has to be installed, the file, and its environment. */
const ROWS = [
  ['Next.js 16, next start and standalone', ['nextjs'], 'nextjs', { NEXT_LINE: 'nextjs' }],
  ['Next.js 15, next start and standalone', ['nextjs-15'], 'nextjs', { NEXT_LINE: 'nextjs-15' }],
  ['Jest, CommonJS and ES module, fake timers, modules loaded again', ['jest'], 'jest'],
  ['Vitest; node --test, CommonJS and ES module, fake timers', ['jest'], 'test-runners'],
  ['code that vm runs, v8-compile-cache', ['jest'], 'vm'],
  ['services and functions bundled by esbuild, webpack, Rolldown and Rollup', ['bundlers'], 'bundles'],
  ['zero code by --import and --require, single and all instrumentations', LINES, 'zero-code'],
  ['sdkConfig, CommonJS and ES module', LINES, 'sdk-config'],
]

export const shownByTests = ROWS.map(([name, dependencies, title, env = {}]) => ({
  name,
  prepare: async () => {
    for (const folder of dependencies) await installDependencies(folder)
  },
  checks: {
    [title]: () => {
      const file = `test/world/${title}.test.ts`
      const vitest = join(root, 'node_modules/vitest/vitest.mjs')
      const given = { ...process.env, TEST_WORLD: '1', NO_COLOR: '1', ...env }
      return output(process.execPath, [vitest, 'run', file], { cwd: root, env: given })
    },
  },
}))
