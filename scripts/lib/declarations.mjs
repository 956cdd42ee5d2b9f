import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { root, run } from './install.mjs'

/**
 * Writes the declarations of each entry point as one file, and what several of them declare as one more. A class with
 * private members must be declared once: TypeScript takes two declarations of it for two classes.
 * @param entries the source file of each entry point, by name
 */
export async function writeDeclarations(dist, entries) {
  const emitted = join(dist, 'types')
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', emitted])
  const input = Object.entries(entries).map(([name, file]) => [
    name,
    join(emitted, file.replace(/\.ts$/, '.d.ts')),
  ])
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(input),
    external: [/^node:/, /^@opentelemetry\//],
    checks: { bundlerTimings: false },
    // Without this, a comment names the folder of the build before each module.
    experimental: { attachDebugInfo: 'none' },
    plugins: [dts({ dtsInput: true, oxc: true, sourcemap: false })],
  })
  await bundle.write({
    dir: dist,
    format: 'es',
    entryFileNames: '[name].d.cts',
    chunkFileNames: 'chunks/[name].d.cts',
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
  })
  await bundle.close()
  rmSync(emitted, { recursive: true })
  for (const name of Object.keys(entries))
    writeFileSync(join(dist, `${name}.d.mts`), `export * from './${name}.cjs'\n`)
}
