import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { createProject, type Line, NODE_24, type Project, type ProjectOptions } from '../support/project.js'
import type { Run } from '../support/run.js'

/** OpenTelemetry 3 on Node 24. */
export const LINE_3 = { line: 'otel-3', node: NODE_24 } as const

export const REGISTER = ['--import', '@lognitor/opentelemetry/register']
export const SDK = ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/instrumentation']
export const HTTP = '@opentelemetry/instrumentation-http'
export const PINO = '@opentelemetry/instrumentation-pino'

/** An app that sends one request to itself, writes some lines, and ends. */
export const APP = `
import { createServer } from 'node:http'
import { trace } from '@opentelemetry/api'
import pino from 'pino'
const log = pino()
const server = createServer((_request, response) => {
  log.info({ n: 1 }, 'asked')
  trace.getTracer('app').startActiveSpan('work', (span) => {
    span.recordException(new RangeError('out of stock'))
    span.end()
  })
  response.end('ok')
})
server.listen(0, '127.0.0.1', async () => {
  const answer = await fetch('http://127.0.0.1:' + server.address().port + '/orders')
  await answer.text()
  server.closeAllConnections()
  server.close()
})
`

export let inbox: Inbox
export let collector: Collector
let project: Project | undefined
let program: Run | undefined

/** Each test of the file that calls this has an inbox and a Collector of its own. */
export function startServicesForEachTest(): void {
  beforeEach(async () => {
    inbox = await startInbox({ port: 0 })
    collector = await startCollector()
  })

  afterEach(async () => {
    program?.child.kill('SIGKILL')
    project?.remove()
    await inbox.close()
    await collector.close()
  })
}

interface Collector {
  readonly url: string
  /** Paths of the requests received. */
  readonly paths: string[]
  /** Leaves all later requests without an answer. */
  fallSilent(): void
  close(): Promise<void>
}

/** A server that accepts OTLP and everything else. */
async function startCollector(): Promise<Collector> {
  const paths: string[] = []
  let isSilent = false
  const server: Server = createServer((request, response) => {
    paths.push(request.url ?? '')
    request.resume().on('end', () => isSilent || response.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    fallSilent: () => {
      isSilent = true
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Ran {
  readonly code: number | string | null
  readonly stderr: string
  readonly stdout: string
}

/** Runs the app until it ends. */
export async function runApp(
  packages: ProjectOptions['packages'],
  env: Record<string, string> = {},
  files: Record<string, string> = { 'app.mjs': APP },
  start = [...REGISTER, 'app.mjs'],
  on: { line?: Line; node?: string } = {},
): Promise<Ran> {
  project = createProject({ packages, files, ...(on.line && { line: on.line }) })
  program = project.start(start, {
    ...(on.node && { node: on.node }),
    env: {
      LOGNITOR_API_KEY: 'test-key',
      LOGNITOR_API_URL: inbox.apiUrl,
      LOGNITOR_SERVICE: 'an-app',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      ...env,
    },
  })
  const code = await program.ended
  return { code, stderr: program.stderr(), stdout: program.stdout() }
}

export const messages = () =>
  inbox
    .logs()
    .map(({ message }) => message)
    .sort()
