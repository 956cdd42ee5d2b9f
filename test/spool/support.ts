import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/common/clock.js'
import type { Options } from '../../src/config/options.js'
import type { Pipeline } from '../../src/pipeline/pipeline.js'
import { KEY, openPipelines } from '../support/pipeline.js'
import { buildProgram, type Program } from '../support/program.js'
import type { Run } from '../support/run.js'
import { until } from '../support/until.js'
import type { Vendor } from '../support/vendor.js'

export { KEY, logTo, numbered } from '../support/pipeline.js'

/** A server, a spool directory, and processes and pipelines that share both. */
export interface SpoolRig {
  readonly vendor: Vendor
  readonly directory: string
  open(options?: Options, clock?: Clock): Pipeline
  /** Runs a process that writes logs, and kills it when all of them are on disk. */
  writeAndDie(env?: Record<string, string>): Promise<void>
  /** The same without the kill. */
  writeAndLive(env?: Record<string, string>): Promise<Run>
  files(): string[]
  close(): Promise<void>
}

let program: Promise<Program> | undefined

export async function openSpoolRig(): Promise<SpoolRig> {
  program ??= buildProgram('test/spool/apps/writer.ts')
  const { start } = await program
  const directory = mkdtempSync(join(tmpdir(), 'lognitor-spool-'))
  const pipelines = await openPipelines({ spool: { directory } })
  const { vendor } = pipelines
  const runs: Run[] = []
  const writeAndLive = async (env: Record<string, string> = {}) => {
    const run = start([], {
      LOGNITOR_API_KEY: KEY,
      LOGNITOR_API_URL: vendor.apiUrl,
      LOGNITOR_SPOOL_DIR: directory,
      ...env,
    })
    runs.push(run)
    await until(() => run.stdout().includes('\n') || run.child.exitCode !== null, 'the writer has written')
    if (run.child.exitCode !== null) throw new Error(run.stderr())
    return run
  }
  return {
    vendor,
    directory,
    open: (options, clock) => pipelines.open(options, clock && { clock }),
    writeAndLive,
    writeAndDie: async (env) => {
      const run = await writeAndLive(env)
      run.child.kill('SIGKILL')
      await run.ended
    },
    files: () => listFiles(directory),
    close: async () => {
      for (const run of runs) run.child.kill('SIGKILL')
      await pipelines.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export async function removeProgram(): Promise<void> {
  ;(await program)?.remove()
  program = undefined
}

/** Looks again when a file or folder was deleted while it was looked at. */
function look<T>(read: () => T): T {
  for (;;) {
    try {
      return read()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** All files below a folder, without sockets. */
export function listFiles(directory: string): string[] {
  return look(() =>
    existsSync(directory)
      ? readdirSync(directory, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
      : [],
  )
}

const logFiles = (directory: string) => listFiles(directory).filter((file) => file.endsWith('.log'))

/** The text of all spool files. */
export function spooledText(directory: string): string {
  return look(() =>
    logFiles(directory)
      .map((file) => readFileSync(file, 'utf8'))
      .join(''),
  )
}

export function spooledBytes(directory: string): number {
  return look(() => logFiles(directory).reduce((sum, file) => sum + statSync(file).size, 0))
}
