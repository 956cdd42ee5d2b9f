import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const require = createRequire(join(resolve(import.meta.dirname, '../dependencies/bundlers'), '_.js'))

/** Bundles a program and everything it imports into one file. */
export type Bundle = (entry: string, outFile: string) => Promise<void>

const PEER = '@opentelemetry/instrumentation-http'

/** The banner that users of esbuild add, so that CommonJS packages find require() in an ES module. */
const BANNER =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"

export const BUNDLERS: Readonly<Record<string, Bundle>> = {
  'esbuild, CommonJS': withEsbuild('cjs'),
  'esbuild, ES module with a banner': withEsbuild('esm', BANNER),
  webpack: withWebpack,
  'Rolldown, CommonJS': withRolldown('cjs'),
  'Rolldown, ES module': withRolldown('es'),
}

/** A slow bundler, used for a smaller program only. */
export const ROLLUP = withRollup('cjs')

export const ESBUILD_WITHOUT_BANNER = withEsbuild('esm')

/** OpenTelemetry is not bundled but installed beside the bundle. */
export const ESBUILD_EXTERNAL = withEsbuild('esm', undefined, ['@opentelemetry/*'])

function withEsbuild(format: 'cjs' | 'esm', js?: string, external: string[] = []): Bundle {
  return (entry, outfile) =>
    require('esbuild').build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format,
      logLevel: 'silent',
      external,
      ...(js !== undefined && { banner: { js } }),
    })
}

function withWebpack(entry: string, outFile: string): Promise<void> {
  const options = {
    mode: 'production',
    target: 'node',
    entry,
    output: { path: resolve(outFile, '..'), filename: outFile.slice(resolve(outFile, '..').length + 1) },
    context: resolve(entry, '..'),
    performance: false,
    optimization: { minimize: false },
  }
  return new Promise((done, fail) => {
    require('webpack')(options, (error: Error | null, stats: { hasErrors(): boolean }) => {
      if (error || stats.hasErrors()) fail(error ?? new Error(String(stats)))
      else done()
    })
  })
}

function withRolldown(format: 'cjs' | 'es'): Bundle {
  return async (input, file) => {
    const { rolldown } = await import('rolldown')
    const bundle = await rolldown({ input, platform: 'node', logLevel: 'silent' })
    await bundle.write({ file, format, codeSplitting: false })
    await bundle.close()
  }
}

/** As docs/bundlers.md says: without this option the plugin does not change a require() within try. */
function withRollup(format: 'cjs' | 'es'): Bundle {
  return async (input, file) => {
    const plugins = [
      require('@rollup/plugin-node-resolve').nodeResolve({
        preferBuiltins: true,
        exportConditions: ['node'],
      }),
      require('@rollup/plugin-commonjs')({ ignoreTryCatch: (id: string) => id !== PEER }),
      require('@rollup/plugin-json')(),
    ]
    const bundle = await require('rollup').rollup({ input, plugins, onwarn() {} })
    await bundle.write({ file, format, inlineDynamicImports: true })
    await bundle.close()
  }
}
