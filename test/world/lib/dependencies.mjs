import { root } from '../../../scripts/lib/install.mjs'
import { Unavailable } from './parts.mjs'
import { output } from './process.mjs'

/** Installs a folder of `test/dependencies`, unless this has been done. */
export function installDependencies(name) {
  const install = `import { ensureInstalled } from './scripts/lib/install.mjs'
ensureInstalled('test/dependencies/${name}')`
  return output(process.execPath, ['--input-type=module', '--eval', install], { cwd: root }).catch(
    (error) => {
      throw new Unavailable(`the registry did not give it: ${error.message}`)
    },
  )
}
