import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

/** The `lognitor` program, built into its own folder, with a stand-in for the zero-code entry. */
export interface Program {
  readonly folder: string
  start(args: readonly string[], env?: Record<string, string>): Run
  remove(): void
}

/** A running program and what it has printed so far. */
export interface Run {
  readonly child: ChildProcess
  output(): string
  errors(): string
  /** The exit code, or the signal that ended the program. */
  readonly ended: Promise<number | NodeJS.Signals>
}

const root = resolve(import.meta.dirname, '../..')

export async function buildProgram(): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-cli-'))
  const bundle = await rolldown({ cwd: root, input: 'src/cli/main.ts', platform: 'node', logLevel: 'silent' })
  await bundle.write({ file: join(folder, 'cli.cjs'), format: 'cjs', codeSplitting: false })
  await bundle.close()
  writeFileSync(join(folder, 'register.mjs'), 'globalThis.isRegistered = true\n')
  return {
    folder,
    start: (args, env) => run(process.execPath, [join(folder, 'cli.cjs'), ...args], env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Run {
  const child = spawn(command, args, { env: { ...process.env, NODE_OPTIONS: '', ...env }, stdio: 'pipe' })
  let output = ''
  let errors = ''
  child.stdout?.on('data', (piece: Buffer) => {
    output += piece.toString()
  })
  child.stderr?.on('data', (piece: Buffer) => {
    errors += piece.toString()
  })
  const ended = new Promise<number | NodeJS.Signals>((done) => {
    child.on('close', (code, signal) => done(signal ?? code ?? -1))
  })
  return { child, output: () => output, errors: () => errors, ended }
}

/** The inbox's address, once the program has printed it. */
export async function addressOf(run: Run): Promise<string> {
  for (let tries = 0; tries < 1000; tries++) {
    const address = /Lognitor inbox: (http:\S+)/.exec(run.output() + run.errors())?.[1]
    if (address !== undefined) return address
    await new Promise((done) => setTimeout(done, 20))
  }
  throw new Error(`No address was printed: ${run.output()}${run.errors()}`)
}
