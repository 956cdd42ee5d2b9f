import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Run, type StartOptions, start } from './run.js'

export { NODE_24 } from './run.js'

const ROOT = resolve(import.meta.dirname, '../..')

/**
 * The source of a project's packages: OpenTelemetry 2 of the repository itself, frameworks and loggers on OpenTelemetry
 * 2, OpenTelemetry 3, or Jest.
 */
export type Line = 'otel-2' | 'frameworks' | 'otel-3' | 'jest'

/** The folder with the packages of a line. */
export function modulesOf(line: Line): string {
  return join(ROOT, line === 'otel-2' ? '' : `test/dependencies/${line}`, 'node_modules')
}

export interface ProjectOptions {
  readonly line?: Line
  /** Packages, installed under their own name or as `[name, folder to take it from]`. */
  readonly packages: readonly (string | readonly [string, string])[]
  /** A folder of the repository with the project's own code. */
  readonly code?: string
  /** Another such folder. */
  readonly more?: string
  /** More files of code, by name. */
  readonly files?: Readonly<Record<string, string>>
}

export interface Project {
  readonly folder: string
  /** As `start` in `run.ts`, in the project's folder. */
  start(args: readonly string[], options?: StartOptions): Run
  remove(): void
}

/** A project outside of the repository with the built package and these other packages. */
export function createProject(options: ProjectOptions): Project {
  const { line = 'frameworks', packages, code, more, files = {} } = options
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-project-'))
  installPackage(folder)
  for (const entry of packages) {
    const [name, place] = typeof entry === 'string' ? [entry, entry] : entry
    const found = join(modulesOf(line), place)
    if (!existsSync(found)) throw new Error(`${place} is not installed in ${modulesOf(line)}`)
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    // A package under another name must be a copy: instrumentations go by the real folder of a file.
    if (name === place) symlinkSync(found, link)
    else cpSync(found, link, { recursive: true })
  }
  for (const place of [code, more]) if (place) cpSync(join(ROOT, place), folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return {
    folder,
    start: (args, options = {}) => start(args, { cwd: folder, ...options }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Installs the built package into a folder. */
export function installPackage(folder: string): void {
  if (!existsSync(join(ROOT, 'dist/register.cjs'))) throw new Error('not built yet: npm run build')
  const installed = join(folder, 'node_modules/@lognitor/opentelemetry')
  mkdirSync(installed, { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
  linkFolder(join(ROOT, 'dist'), join(installed, 'dist'))
}

/** Files of its own, because a build that runs meanwhile replaces the folder; links, because they cost nothing. */
function linkFolder(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [file, link] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkFolder(file, link)
    else linkFile(file, link)
  }
}

function linkFile(file: string, link: string): void {
  try {
    linkSync(file, link)
  } catch {
    // The folder for temporary files is on another disk.
    copyFileSync(file, link)
  }
}
