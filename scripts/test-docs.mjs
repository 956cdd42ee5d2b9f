// npm run test:docs: follows the pages as a reader does. In an empty folder it types the page's own install line, writes
// the page's own files, types the page's own start line, and looks at what arrives in an inbox.
// Words that names of pages hold may follow: npm run test:docs -- README getting-started
import { ensureInstalled, root, run } from './lib/install.mjs'

ensureInstalled()
run(process.execPath, [`${root}scripts/build.mjs`, '--if-stale'])
// What was started ends with the script.
process.on('SIGINT', () => process.exit(130))
const { followPages } = await import('../test/pages/pages.mjs')
process.exit(await followPages(process.argv.slice(2)))
