import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const APPS = resolve(import.meta.dirname, 'apps')

/** Where OpenTelemetry comes from: 2.x of the repository itself, or 3.x of test/dependencies. */
export type Line = 'otel-2' | 'otel-3'

const MODULES: Record<Line, string> = {
  'otel-2': join(ROOT, 'node_modules'),
  'otel-3': join(ROOT, 'test/dependencies/otel-3/node_modules'),
}

/** The Node 24 that is installed with the 3.x line. */
export const NODE_24 = join(MODULES['otel-3'], 'node/bin/node')

export interface Consumer {
  readonly folder: string
  remove(): void
}

/** Creates a project with the built package, OpenTelemetry of one line, Express, and the test apps. */
export function createConsumer(line: Line, { without = [] }: { without?: string[] } = {}): Consumer {
  if (!existsSync(join(ROOT, 'dist/instrumentation.cjs'))) throw new Error('not built yet: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-consumer-'))
  const installed = join(folder, 'node_modules/@lognitor/opentelemetry')
  mkdirSync(installed, { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
  cpSync(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true })
  for (const name of ['express', ...openTelemetryOf(line)]) {
    if (without.includes(name)) continue
    const link = join(folder, 'node_modules', name)
    mkdirSync(resolve(link, '..'), { recursive: true })
    symlinkSync(join(MODULES[line], name), link)
  }
  cpSync(APPS, folder, { recursive: true })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function openTelemetryOf(line: Line): string[] {
  return readdirSync(join(MODULES[line], '@opentelemetry')).map((name) => `@opentelemetry/${name}`)
}

export interface AppOptions {
  readonly node?: string
  /** Node's own arguments, such as `--import ./setup.mjs`. */
  readonly nodeArguments?: string[]
  readonly environment?: Record<string, string>
}

export interface App {
  /** The first message of the app. */
  readonly first: { readonly port: number }
  /** The port on which it listens. */
  readonly port: number
  readonly stderr: () => string
  /** Sends a message, such as `end`, and resolves to the answer. */
  ask<T>(word: string): Promise<T>
  /** Resolves to the exit code. */
  readonly exited: Promise<number | null>
  kill(): void
}

/** Starts an app of a consumer and waits until it listens. */
export async function startApp(
  consumer: Consumer,
  file: string,
  { node = process.execPath, nodeArguments = [], environment = {} }: AppOptions = {},
): Promise<App> {
  const child = fork(join(consumer.folder, file), [], {
    cwd: consumer.folder,
    execPath: node,
    execArgv: nodeArguments,
    env: { ...bareEnvironment(), ...environment },
    silent: true,
  })
  let stderr = ''
  child.stderr?.on('data', (bytes) => {
    stderr += bytes
  })
  child.stdout?.resume()
  const exited = new Promise<number | null>((done) => child.once('exit', done))
  const first = await Promise.race([answer<{ port: number }>(child), exited])
  if (typeof first !== 'object' || first === null) throw new Error(`${file} ended with ${first}: ${stderr}`)
  return {
    first,
    port: first.port,
    stderr: () => stderr,
    ask: (word) => {
      child.send(word)
      return answer(child)
    },
    exited,
    kill: () => void child.kill('SIGKILL'),
  }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((done) => child.once('message', (message) => done(message as T)))
}

/** The environment without settings of the developer, so that none reaches an app under test. */
function bareEnvironment(): Record<string, string> {
  const { PATH = '' } = process.env
  return { PATH, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
}
