import { strictEqual as equal, ok } from 'node:assert'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSink } from '../lib/sink.mjs'
import { byHand, configured, inOneProcess, shop, suite, zeroCode } from '../lib/suite.mjs'
import { FORMS } from './cells.mjs'

const OURS = 'node_modules/@lognitor/opentelemetry'
const STOCK = '@opentelemetry/auto-instrumentations-node/register'

/** A row for each module form. `make` gives the checks, and `prepare` what is special about the place. */
function inBothForms(name, make, prepare = async (parts) => ({ folder: await parts.project('beside') })) {
  return Object.entries(FORMS).map(([form, formName]) => ({
    name: `${name}, ${formName}`,
    prepare: async (parts) => ({ command: [process.execPath], form, ...(await prepare(parts, form)) }),
    checks: make(form === 'mjs' ? '--import' : '--require', form),
  }))
}

/** OpenTelemetry's own zero code, with its export to a Collector. */
async function besideStock(place, flags) {
  const collector = await startSink()
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_METRICS_EXPORTER: 'none',
    // The others ask the cloud who they are.
    OTEL_NODE_RESOURCE_DETECTORS: 'env',
  }
  try {
    await shop({ ...place, env, warnings: ['LOGNITOR_TWO_SDKS'] }, flags)
  } finally {
    await collector.close()
  }
}

/** A NodeSDK whose spans go to a Collector because the environment says so. */
async function besideExport(place, flags, { warnings, isKept }) {
  const collector = await startSink()
  const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  try {
    await shop({ ...place, env, warnings }, flags)
    equal(collector.bodies.has('/v1/traces'), isKept)
  } finally {
    await collector.close()
  }
}

/** Sentry, which has to hear of its error as well. */
async function besideSentry(place, flags) {
  const sentry = await startSink()
  try {
    await shop({ ...place, env: { SENTRY_DSN: `${sentry.url.replace('//', '//key@')}/1` } }, flags)
    ok(sentry.bodies.get('/api/1/envelope/')?.includes('of Sentry'), 'Sentry has its error')
  } finally {
    await sentry.close()
  }
}

/** A project of its own for each form, since rows run side by side. */
async function twoCopies(parts, form) {
  const folder = await parts.project('otel-2', `two-copies-${form}`)
  const library = join(folder, 'node_modules/a-library')
  rmSync(library, { recursive: true, force: true })
  mkdirSync(join(library, 'node_modules/@lognitor'), { recursive: true })
  cpSync(join(folder, OURS), join(library, OURS), { recursive: true })
  writeFileSync(join(library, 'package.json'), JSON.stringify({ name: 'a-library', main: 'index.js' }))
  writeFileSync(
    join(library, 'index.js'),
    "exports.work = () => require('@lognitor/opentelemetry').warn('from the library')",
  )
  return { folder }
}

async function twoApis(parts, form) {
  const folder = await parts.project('otel-2', `two-apis-${form}`)
  const api = 'node_modules/@opentelemetry/api'
  cpSync(join(folder, api), join(folder, OURS, api), { recursive: true })
  return { folder }
}

export const neighbours = [
  ...inBothForms(STOCK, (preload) => ({
    'before ours': (place) => besideStock(place, [preload, STOCK, ...zeroCode(place)]),
    'after ours': (place) => besideStock(place, [...zeroCode(place), preload, STOCK]),
  })),
  ...inBothForms('a NodeSDK that exports by environment', () => ({
    'sdkConfig keeps the export': (place) =>
      besideExport(place, configured(place), { warnings: [], isKept: true }),
    'the set-up by hand says that it stops the export': (place) =>
      besideExport(place, byHand(place), { warnings: ['LOGNITOR_EXPORT_STOPPED'], isKept: false }),
  })),
  ...inBothForms('Sentry', (preload, form) => ({
    'before zero code': (place) => besideSentry(place, [preload, `./sentry.${form}`, ...zeroCode(place)]),
    'after zero code': (place) => besideSentry(place, [...zeroCode(place), preload, `./sentry.${form}`]),
    'after the set-up by hand': (place) =>
      besideSentry(place, [...byHand(place), preload, `./sentry.${form}`]),
  })),
  ...inBothForms('another copy of @opentelemetry/api', () => suite, twoApis),
  ...inBothForms('two copies of ours', () => ({ 'one client': inOneProcess }), twoCopies),
]
