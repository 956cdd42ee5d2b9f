import { root } from '../../../scripts/lib/install.mjs'
import { Unavailable } from './parts.mjs'
import { output } from './process.mjs'

const installing = new Map()

/** Installs a folder of `test/dependencies`, unless this has been done. Rows that need the same one wait for it. */
export function installDependencies(name) {
  if (!installing.has(name)) installing.set(name, install(name))
  return installing.get(name)
}

function install(name) {
  const args = [`${root}scripts/lib/install-folder.mjs`, `test/dependencies/${name}`]
  return output(process.execPath, args, { cwd: root }).catch((error) => {
    throw new Unavailable(`the registry did not give it: ${error.message}`)
  })
}
