import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { type Run, start } from './run.js'

const root = resolve(import.meta.dirname, '../..')

/** A small application of a test, built so that plain Node runs it. */
export interface Program {
  /** The path of the built file. */
  readonly file: string
  /** A folder of its own, with this file alone. */
  readonly folder: string
  /**
   * @param args the program's arguments
   * @param flags flags for Node
   */
  start(args?: readonly string[], env?: Record<string, string>, flags?: readonly string[]): Run
  remove(): void
}

/** @param entry below the repository's root, such as `test/delivery/apps/one-log.ts` */
export async function buildProgram(entry: string): Promise<Program> {
  const cache = join(root, '.cache', 'test')
  mkdirSync(cache, { recursive: true })
  // Within the repository, so that packages that are not bundled are found in node_modules.
  const folder = mkdtempSync(join(cache, 'program-'))
  const file = join(folder, `${basename(entry, '.ts')}.cjs`)
  const bundle = await rolldown({
    cwd: root,
    input: entry,
    platform: 'node',
    external: [/^node:/, /^@opentelemetry\//],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    logLevel: 'silent',
  })
  await bundle.write({ file, format: 'cjs', codeSplitting: false })
  await bundle.close()
  return {
    file,
    folder,
    start: (args = [], env = {}, flags = []) => start([...flags, file, ...args], { env }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
