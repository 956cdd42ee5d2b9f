import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Finds and loads packages as the application would, which may differ from how this package would. */
export interface Packages {
  /** The exports of a package, or undefined when it is not installed. Throws what the package throws while loading. */
  load(name: string): Record<string, unknown> | undefined
  /** File path of a module, or undefined. */
  resolve(name: string): string | undefined
  /** Names of the installed packages of a scope, as the application sees them. */
  list(scope: string): string[]
  /** Version of an installed package, or undefined. */
  version(name: string): string | undefined
  /** Names of the dependencies of the application itself, or of an installed package. */
  dependencies(name?: string): string[]
  /** Packages as seen from within one of the packages: its own dependencies. */
  within(name: string): Packages
}

/** @param places files, or folders (ending with `/`), from which to resolve, in this order */
export function packagesFrom(places: readonly string[]): Packages {
  const requires = places.map((place) =>
    createRequire(place.endsWith('/') ? place : join(dirname(place), '_')),
  )
  const resolve = (name: string) => {
    for (const require of requires) {
      try {
        return require.resolve(name)
      } catch {
        // Not found from this place.
      }
    }
    return undefined
  }
  return {
    resolve,
    load: (name) => {
      const path = resolve(name)
      return path === undefined ? undefined : createRequire(path)(path)
    },
    list: (scope) => {
      const names = new Set<string>()
      for (const require of requires) {
        for (const folder of require.resolve.paths(`${scope}/_`) ?? []) {
          for (const name of entries(join(folder, scope))) names.add(`${scope}/${name}`)
        }
      }
      return [...names]
    },
    dependencies: (name) => {
      const file = name === undefined ? places[0] : resolve(name)
      return Object.keys((file && manifestAbove(file, name)?.dependencies) || {})
    },
    version: (name) => {
      const file = resolve(name)
      return file === undefined ? undefined : manifestAbove(file, name)?.version
    },
    within: (name) => packagesFrom([resolve(name) ?? places[0] ?? '/', ...places]),
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, 1000)
  } catch {
    return []
  }
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: object
}

/** The nearest package.json above the file, or the nearest one with that name. */
function manifestAbove(file: string, name: string | undefined): Manifest | undefined {
  for (let folder = file.endsWith('/') ? join(file, '.') : dirname(file); ; folder = dirname(folder)) {
    const manifest = readManifest(join(folder, 'package.json'))
    if (manifest !== undefined && (name === undefined || manifest.name === name)) return manifest
    if (folder === dirname(folder)) return undefined
  }
}

function readManifest(path: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
