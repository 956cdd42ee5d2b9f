import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const root = resolve(import.meta.dirname, '../..')

/** A small application of a test, built so that plain Node runs it. */
export interface Program {
  /** The path of the built file. */
  readonly file: string
  start(env?: Record<string, string>, options?: StartOptions): Run
  remove(): void
}

export interface StartOptions {
  readonly args?: readonly string[]
  /** Flags for Node. */
  readonly flags?: readonly string[]
}

export interface Run {
  readonly child: ChildProcess
  output(): string
  errors(): string
  /** The exit code, or the signal that ended the program. */
  readonly ended: Promise<number | NodeJS.Signals>
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
    start: (env = {}, { args = [], flags = [] } = {}) => run([...flags, file, ...args], env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function run(args: readonly string[], env: Record<string, string>): Run {
  const child = spawn(process.execPath, args, { env: { ...cleanEnvironment(), ...env }, stdio: 'pipe' })
  let output = ''
  let errors = ''
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString()
  })
  child.stderr.on('data', (piece: Buffer) => {
    errors += piece.toString()
  })
  const ended = new Promise<number | NodeJS.Signals>((done) => {
    child.on('close', (code, signal) => done(signal ?? code ?? -1))
  })
  return { child, output: () => output, errors: () => errors, ended }
}

/** The environment without the variables that the machine or the test runner set. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter(
    (name) => !/proxy|^NODE_OPTIONS$|^VITEST|^LOGNITOR/i.test(name),
  )
  return Object.fromEntries(names.map((name) => [name, process.env[name]]))
}
