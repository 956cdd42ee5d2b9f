import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { installDependencies } from '../lib/dependencies.mjs'
import { output } from '../lib/process.mjs'

/** Places that tests of the repository show. Those of Next.js build the example, which takes minutes. */
const ROWS = [
  ['Next.js 16, next start and standalone', 'nextjs', 'test/world/nextjs.test.ts', { NEXT_LINE: 'nextjs' }],
  [
    'Next.js 15, next start and standalone',
    'nextjs-15',
    'test/world/nextjs.test.ts',
    { NEXT_LINE: 'nextjs-15' },
  ],
  ['Jest, CommonJS and ES module, fake timers, modules loaded anew', 'jest', 'test/runners/jest.test.ts', {}],
  ['Vitest; node --test, CommonJS and ES module, fake timers', 'jest', 'test/runners/others.test.ts', {}],
]

export const shownByTests = ROWS.map(([name, dependencies, file, env]) => ({
  name,
  prepare: () => installDependencies(dependencies),
  checks: {
    [file]: () => {
      const vitest = join(root, 'node_modules/vitest/vitest.mjs')
      const given = { ...process.env, TEST_WORLD: '1', NO_COLOR: '1', ...env }
      return output(process.execPath, [vitest, 'run', file], { cwd: root, env: given })
    },
  },
}))
