import { cpSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'

const SOURCES = join(root, 'test/world/programs')

/** Puts the programs into a project: as they are, and each as CommonJS too. */
export async function writePrograms(folder) {
  const { rolldown } = await import('rolldown')
  for (const file of readdirSync(SOURCES)) {
    cpSync(join(SOURCES, file), join(folder, file))
    if (file === 'loader-hook.mjs') continue
    const bundle = await rolldown({ input: join(SOURCES, file), platform: 'node', external: /^[^./]/ })
    await bundle.write({ file: join(folder, `${basename(file, '.mjs')}.cjs`), format: 'cjs' })
    await bundle.close()
  }
}
