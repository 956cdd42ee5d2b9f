import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import { writeExitSender } from './scripts/lib/exit-sender.mjs'
import { compiledSources, compileSources } from './scripts/lib/test-sources.mjs'

// Tests that import the sources need it as well.
await writeExitSender()
/** `vitest` without `run` watches the sources, and so must load them by itself. */
const isWatching = process.stdin.isTTY && !process.argv.includes('run')
const plugins = isWatching ? [] : [compiledSources(await compileSources())]

const isLimited = process.argv.some((word) => word.toLowerCase().startsWith('--max'))

/** Files that load the sources several times, each time as new. */
const FRESH = ['test/client/{after-the-end,before-init,lifecycle}.test.ts']

/**
 * Files that read or change what belongs to the whole process. Each has a process of its own. All other files share a
 * few, which saves the half second that a process takes to start; test/setup-shared.ts holds them to leave nothing behind.
 */
const OWN_PROCESS = [
  // Memory and its collection.
  'test/*/memory.test.ts',
  'test/client/kept-contexts.test.ts',
  'test/instrumentation/scope-of-request.test.ts',
  'test/spool/{deleted,destination,limits,many-keys,order}.test.ts',
  // Name servers, timers or warnings of the whole process.
  'test/delivery/{faults-of-transport,http,lookup,retry-after,statuses}.test.ts',
  // The client of `init`, or the root of all scopes.
  'test/client/{capture,one-failure,releases,source-context}.test.ts',
  'test/client/serverless/wrap-handler.test.ts',
  // Providers of OpenTelemetry, and what is remembered of them until the process ends.
  'test/contract/entry-points.test.ts',
  'test/fuzz/{fuzz-spans,keys,prototype-keys}.test.ts',
  'test/otel/{span-failures,span-processor,stopped-export,unregistered-provider}.test.ts',
  // That no exporter has asked to keep the scopes of answered requests.
  'test/instrumentation/hooks.test.ts',
  // Node's own http, which an instrumentation patches.
  'test/instrumentation/{http-instrumentation,types}.test.ts',
]

/** Tests load the compiled sources as Node loads them. */
const compiled = { extends: true as const, plugins }
const server = { deps: { external: [/\/\.cache\/test-sources\//] } }

/** Files that take long are started first, so that none of them is still running when all others have ended. */
const LONG =
  /\/test\/(register|exit|frameworks|loggers|end-to-end|docs\/blocks|fuzz|cli\/(doctor|gateway|tail)|gateway\/(bad-input|amplification|bounds)|spool\/(soak|kill|many-keys|destination|limits|deleted)|inbox\/(page|python-client)|instrumentation\/isolation)/

class LongFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]) {
    const sorted = await super.sort(files)
    const rank = ({ moduleId, project }: (typeof files)[number]) =>
      // A shared process ends as soon as the next file is none of those that share.
      (project.name === 'shared' ? 2 : 0) + (LONG.test(moduleId) ? 0 : 1)
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    exclude: [
      'test/dependencies/**/node_modules/**',
      'node_modules/**',
      // npm run test:world
      ...(process.env.TEST_WORLD ? [] : ['test/world/**']),
    ],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Most files wait for programs and sockets, for most of their time. Projects would not see the flag if this were set.
    ...(isLimited ? {} : { maxWorkers: Math.max(4, availableParallelism()) }),
    sequence: { sequencer: LongFirst },
    // Far more than any test takes: a shared machine may have little time for this one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        ...compiled,
        test: { name: 'own process', include: OWN_PROCESS, exclude: FRESH, server },
      },
      {
        ...compiled,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...FRESH, ...OWN_PROCESS],
          setupFiles: ['test/setup-shared.ts'],
          isolate: false,
          server,
        },
      },
      { extends: true, test: { name: 'fresh modules', include: FRESH } },
    ],
  },
})
