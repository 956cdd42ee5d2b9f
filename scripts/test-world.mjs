// npm run test:world: tests with large frameworks. They take minutes to install and to build, so npm test leaves them
// out. Names of test files may follow.
import { join } from 'node:path'
import { ensureInstalled, root, run } from './lib/install.mjs'

ensureInstalled()
run(process.execPath, [`${root}scripts/build.mjs`, '--if-stale'])
// What was started ends with the script.
process.on('SIGINT', () => process.exit(130))
const { world } = await import('../test/world/world.mjs')
process.exit(await world(process.argv.slice(2)))
