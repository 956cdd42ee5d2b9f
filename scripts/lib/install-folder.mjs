// Installs the packages of a folder, unless this has been done: node scripts/lib/install-folder.mjs test/dependencies/jest
import { ensureInstalled } from './install.mjs'

ensureInstalled(process.argv[2])
