import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { Unavailable } from '../lib/parts.mjs'
import { output } from '../lib/process.mjs'

const INSTALL = `import { ensureInstalled } from './scripts/lib/install.mjs'
ensureInstalled('test/dependencies/nextjs')`

/** Its tests build the example, which takes minutes. */
export const nextjs = [
  {
    name: 'Next.js 16, next start and standalone',
    prepare: () =>
      output(process.execPath, ['--input-type=module', '--eval', INSTALL], { cwd: root }).catch((error) => {
        throw new Unavailable(`the registry did not give it: ${error.message}`)
      }),
    checks: {
      'test/world/nextjs.test.ts': () => {
        const vitest = join(root, 'node_modules/vitest/vitest.mjs')
        const env = { ...process.env, TEST_WORLD: '1', NO_COLOR: '1' }
        return output(process.execPath, [vitest, 'run', 'test/world'], { cwd: root, env })
      },
    },
  },
]
