import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { installDependencies } from '../lib/dependencies.mjs'
import { suite } from '../lib/suite.mjs'

/** The banner that an ES module needs, see docs/bundlers.md. */
const BANNER =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"
/** What is instrumented is left out of a bundle. */
const OUTSIDE = ['express', 'pino']

const { 'zero code': _needsPackages, 'processors and HTTP instrumentation by hand': byHand, ...whole } = suite
/** In an ES module the loader hook and what it patches have to be one copy, so the service is not bundled there. */
const CHECKS = {
  cjs: { ...whole, 'processors and HTTP instrumentation by hand': byHand },
  mjs: whole,
}
const BUNDLED = { cjs: ['exporter', 'last-words', 'telemetry', 'shop'], mjs: ['exporter', 'last-words'] }

/** Each bundles a file of ours with all that it imports, the package and OpenTelemetry included. */
const BUNDLERS = {
  'esbuild, CommonJS': ['cjs', (entry, outfile) => esbuild({ entry, outfile, format: 'cjs' })],
  'esbuild, ES module': [
    'mjs',
    (entry, outfile) => esbuild({ entry, outfile, format: 'esm', banner: { js: BANNER } }),
  ],
  // Within webpack's own require() OpenTelemetry's hook takes no effect.
  'webpack, CommonJS': ['cjs', webpack, whole],
  'Rolldown, CommonJS': ['cjs', (entry, file) => rolldown(entry, { file, format: 'cjs' })],
  'Rolldown, ES module': ['mjs', (entry, file) => rolldown(entry, { file, format: 'es' })],
}

const require = createRequire(join(root, 'test/dependencies/bundlers/_.js'))

export const bundles = Object.entries(BUNDLERS).map(
  ([name, [form, bundle, checks = CHECKS[form]]], index) => ({
    name: `bundled by ${name}`,
    prepare: async (parts) => {
      await installDependencies('bundlers')
      const project = await parts.project('otel-2')
      // Below the project, where what stays outside of the bundles is found.
      const folder = join(project, `bundles-${index}`)
      mkdirSync(folder, { recursive: true })
      for (const program of BUNDLED[form]) {
        await bundle(join(project, `${program}.mjs`), join(folder, `${program}.${form}`))
      }
      return { folder, command: [process.execPath], form }
    },
    checks,
  }),
)

function esbuild({ entry, ...options }) {
  const settings = { bundle: true, platform: 'node', target: 'node20', logLevel: 'silent', external: OUTSIDE }
  return require('esbuild').build({ ...settings, entryPoints: [entry], ...options })
}

function webpack(entry, file) {
  const output = { path: join(file, '..'), filename: file.slice(join(file, '..').length + 1) }
  const externals = Object.fromEntries(OUTSIDE.map((name) => [name, `commonjs ${name}`]))
  const settings = {
    mode: 'production',
    target: 'node',
    performance: false,
    optimization: { minimize: false },
  }
  return new Promise((done, fail) => {
    require('webpack')({ ...settings, entry, output, externals }, (error, stats) => {
      if (error || stats.hasErrors()) fail(error ?? new Error(String(stats)))
      else done()
    })
  })
}

async function rolldown(input, output) {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({ input, platform: 'node', logLevel: 'silent', external: OUTSIDE })
  await bundle.write({ ...output, codeSplitting: false })
  await bundle.close()
}
