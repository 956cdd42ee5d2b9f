import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createProject, modulesOf, type Project } from '../support/project.js'
import { type App, type StartOptions, startApp } from '../support/run.js'

/** Where OpenTelemetry comes from: 2.x of the repository itself, or 3.x of test/dependencies. */
export type Line = 'otel-2' | 'otel-3'

/** A project with the built package, OpenTelemetry of one line, Express, and the test apps. */
export function createConsumer(line: Line, { without = [] }: { without?: string[] } = {}): Project {
  const openTelemetry = readdirSync(join(modulesOf(line), '@opentelemetry'))
  const packages = ['express', ...openTelemetry.map((name) => `@opentelemetry/${name}`)]
  return createProject({
    line,
    packages: packages.filter((name) => !without.includes(name)),
    code: 'test/instrumentation/apps',
  })
}

export interface AppOptions extends StartOptions {
  /** Node's own arguments, such as `--import ./setup.mjs`. */
  readonly flags?: readonly string[]
}

/** Starts an app of a consumer and waits until it listens. */
export function startIn(consumer: Project, file: string, options: AppOptions = {}): Promise<App> {
  const { flags = [], env, ...rest } = options
  return startApp([...flags, file], {
    ...rest,
    cwd: consumer.folder,
    env: { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', ...env },
  })
}
