// npm run test:world: the finished package, as npm pack makes it, installed wherever users run it, and what has to hold
// beside large neighbours. Installs take minutes, so npm test is without them; they are kept in .cache/world.
// Words that names of rows hold may follow: npm run test:world -- "3.x, Node 26"
import { ensureInstalled, root, run } from './lib/install.mjs'

ensureInstalled()
run(process.execPath, [`${root}scripts/build.mjs`, '--if-stale'])
// What was started ends with the script.
process.on('SIGINT', () => process.exit(130))
const { world } = await import('../test/world/world.mjs')
process.exit(await world(process.argv.slice(2)))
