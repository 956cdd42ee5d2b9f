import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>
}

/**
 * The SDK names its packages by exact versions. Where package.json asks for newer ones, npm installs both, up to sixteen
 * times each, and a program of the tests takes twice the time to start.
 */
test.each(['.', 'test/dependencies/frameworks', 'test/dependencies/otel-3'])(
  'what sdk-node loads is installed once: %s',
  (folder) => {
    const { packages } = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8')) as Lock
    const seen = new Set<string>()
    const further: string[] = []
    const look = (name: string): void => {
      if (seen.has(name)) return
      seen.add(name)
      for (const dependency of Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {})) {
        if (!dependency.startsWith('@opentelemetry/')) continue
        const nested = `node_modules/${name}/node_modules/${dependency}`
        if (nested in packages) further.push(nested)
        look(dependency)
      }
    }
    look('@opentelemetry/sdk-node')
    expect(seen.size).toBeGreaterThan(20)
    expect(further).toEqual([])
  },
)
