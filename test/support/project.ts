import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { until } from './until.js'

const ROOT = resolve(import.meta.dirname, '../..')

/** Where a project's packages come from: frameworks and loggers on OpenTelemetry 2, OpenTelemetry 3, or Jest. */
export type Line = 'frameworks' | 'otel-3' | 'jest'

/** The Node 24 that comes with the 3.x line. */
export const NODE_24 = join(ROOT, 'test/dependencies/otel-3/node_modules/node/bin/node')

export interface ProjectOptions {
  readonly line?: Line
  /** Installed under their own name, or as `[name, where it is found]`. */
  readonly packages: readonly (string | readonly [string, string])[]
  /** A folder of the repository that is the project's own code. */
  readonly code?: string
  /** Another such folder. */
  readonly more?: string
  /** More code, by file name. */
  readonly files?: Readonly<Record<string, string>>
}

export interface Project {
  readonly folder: string
  remove(): void
}

/** A project outside of the repository that has installed the built package and these others. */
export function createProject(options: ProjectOptions): Project {
  const { line = 'frameworks', packages, code, more, files = {} } = options
  if (!existsSync(join(ROOT, 'dist/register.cjs'))) throw new Error('not built yet: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-project-'))
  const installed = join(folder, 'node_modules/@lognitor/opentelemetry')
  mkdirSync(installed, { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
  // A copy, because who builds meanwhile takes the old one away.
  cpSync(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true })
  for (const entry of packages) {
    const [name, place] = typeof entry === 'string' ? [entry, entry] : entry
    const found = join(ROOT, 'test/dependencies', line, 'node_modules', place)
    if (!existsSync(found)) throw new Error(`${place} is not installed in test/dependencies/${line}`)
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    // Under another name only a copy is found: instrumentations go by the folder a file is really in.
    if (name === place) symlinkSync(found, link)
    else cpSync(found, link, { recursive: true })
  }
  for (const place of [code, more]) if (place) cpSync(join(ROOT, place), folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export interface ProgramOptions {
  readonly node?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Program {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** The address in the first line that says "listening on". */
  address(): Promise<string>
  /** Resolves to the exit code, or to the name of the signal that ended it. */
  readonly exited: Promise<number | string | null>
  /** Ends it as an operator would, and waits. */
  stop(): Promise<number | string | null>
}

/** Runs Node in the project with these arguments; nothing of the developer's own settings gets in. */
export function run(project: Project, args: readonly string[], options: ProgramOptions = {}): Program {
  const { node = process.execPath, env = {} } = options
  const child = spawn(node, args, {
    cwd: project.folder,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const exited = new Promise<number | string | null>((done) =>
    child.once('close', (code, signal) => done(code ?? signal)),
  )
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    address: async () => {
      const found = () => /listening on (http:\S+)/.exec(stdout + stderr)?.[1]
      const isOver = () => child.exitCode !== null || child.signalCode !== null
      await until(() => found() !== undefined || isOver(), `${args.join(' ')} listens`)
      const address = found()
      if (address === undefined) throw new Error(`${args.join(' ')} ended: ${stdout}${stderr}`)
      return address
    },
    exited,
    stop: () => {
      child.kill('SIGTERM')
      return exited
    },
  }
}
