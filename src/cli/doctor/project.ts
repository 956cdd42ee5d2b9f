import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SDK_NODE, sdkPlaceOf } from '../../register/configuration.js'
import { AUTO } from '../../register/instrumentations.js'
import { type Packages, packagesFrom } from '../../register/packages.js'
import type { Finding } from './findings.js'

const API = '@opentelemetry/api'
const OURS = '@lognitor/opentelemetry'
const MOST_FOLDERS = 2000
const MOST_BYTES = 20 * 1024 * 1024

/** Checks the installed packages of a project without running it. */
export function checkProject(folder: string): Finding[] {
  const packages = packagesFrom([`${folder}/`])
  return [
    ...checkSdk(packages),
    ...checkLines(packages),
    ...checkCopies(
      folder,
      API,
      'TWO_API_COPIES',
      'A provider that is registered with one copy is not seen by the other: spans and logs are lost.',
    ),
    ...checkCopies(
      folder,
      OURS,
      'TWO_LOGNITOR_COPIES',
      'Where their versions differ, each has a client and a queue of its own.',
    ),
  ]
}

function checkSdk(packages: Packages): Finding[] {
  if (sdkPlaceOf(packages).resolve(SDK_NODE) !== undefined) return []
  return [
    {
      code: 'SDK_MISSING',
      wrong: `${SDK_NODE} is not installed where the application can load it.`,
      costs:
        'Request entries, uncaught errors and the client work; logs of loggers and errors of spans do not arrive.',
      mend: `npm install ${SDK_NODE} ${AUTO}`,
    },
  ]
}

/** OpenTelemetry 3 (sdk-node from 0.300 on) needs API 1.10 or later, OpenTelemetry 2 an earlier one. */
function checkLines(packages: Packages): Finding[] {
  const sdk = sdkPlaceOf(packages).version(SDK_NODE)
  const api = packages.version(API)
  if (sdk === undefined || api === undefined) return []
  const isLine3 = Number(/^0\.(\d+)/.exec(sdk)?.[1] ?? 0) >= 300
  const hasNewApi = Number(/^1\.(\d+)/.exec(api)?.[1] ?? 0) >= 10
  if (isLine3 === hasNewApi) return []
  return [
    {
      code: 'OTHER_LINE',
      wrong: `${SDK_NODE} ${sdk} and ${API} ${api} belong to different lines of OpenTelemetry JS.`,
      costs: 'Logs go to an API without a provider, and spans may be no-ops.',
      mend: `npm install ${API}@${isLine3 ? '^1.10.0' : '~1.9.1'}`,
    },
  ]
}

function checkCopies(
  folder: string,
  name: string,
  code: 'TWO_API_COPIES' | 'TWO_LOGNITOR_COPIES',
  costs: string,
): Finding[] {
  const copies = copiesOf(folder, name)
  const versions = new Set(copies.values())
  if (versions.size < 2) return []
  const list = [...copies].map(([path, version]) => `${version} in ${path}`).join(', ')
  return [
    {
      code,
      wrong: `There is more than one ${name}: ${list}.`,
      costs,
      mend: `npm dedupe, or npm install ${name} so that all packages accept one version; npm explain ${name} tells which package needs which version`,
    },
  ]
}

/** Versions by folder, at the top level and nested in its packages; the search is bounded. */
function copiesOf(folder: string, name: string): Map<string, string> {
  const found = new Map<string, string>()
  const top = join(folder, 'node_modules')
  const holders = ['', ...packageFolders(top).map((one) => join('node_modules', one))]
  for (const holder of holders) {
    const path = join(holder, 'node_modules', name)
    const version = versionIn(join(folder, path))
    if (version !== undefined) found.set(path, version)
  }
  return found
}

function packageFolders(top: string): string[] {
  const names = list(top).flatMap((name) =>
    name.startsWith('@') ? list(join(top, name)).map((one) => `${name}/${one}`) : [name],
  )
  return names.slice(0, MOST_FOLDERS)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, MOST_FOLDERS)
  } catch {
    return []
  }
}

function versionIn(folder: string): string | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}

/** Marks that bundlers leave when they include a package in a file. */
const BUNDLED =
  /\b__webpack_require__\b|(?:\/\/ |["'])(?:\.\.?\/)*node_modules\/(?:express|fastify|koa|@hapi\/hapi|@nestjs\/core|pino|winston|bunyan)\//

/** Checks whether the application's file contains packages that should be instrumented. */
export function checkBundle(file: string): Finding[] {
  try {
    if (statSync(file).size > MOST_BYTES || !BUNDLED.test(readFileSync(file, 'utf8'))) return []
  } catch {
    return []
  }
  return [
    {
      code: 'BUNDLED',
      wrong: `${file} holds packages that a bundler has put into it, and OpenTelemetry instruments packages only as they are loaded.`,
      costs:
        'Logs of bundled loggers and errors of bundled frameworks do not arrive, and request entries have no routes.',
      mend: 'Leave packages out of the bundle: esbuild --packages=external, or externals in webpack; see docs/bundlers.md.',
    },
  ]
}
