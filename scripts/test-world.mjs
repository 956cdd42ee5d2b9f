// npm run test:world: tests with large frameworks. They take minutes to install and to build, so npm test leaves them
// out. Names of test files may follow.
import { join } from 'node:path'
import { ensureInstalled, root, run } from './lib/install.mjs'

ensureInstalled()
ensureInstalled('test/dependencies/nextjs')
run(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'])
const files = process.argv.slice(2)
run(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...(files.length > 0 ? files : ['test/world'])],
  { env: { ...process.env, TEST_WORLD: '1' } },
)
