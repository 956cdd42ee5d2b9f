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
const ANEW = ['test/client/{after-the-end,before-init,lifecycle}.test.ts']

/** Files that test functions without a state: one process may run many of them. */
const STATELESS = ['test/{common,policy,scope,translate}/**/*.test.ts']

/** Tests load the compiled sources as Node loads them. */
const compiled = { extends: true as const, plugins }
const server = { deps: { external: [/\/\.cache\/test-sources\//] } }

/** Files that take long are started first, so that none of them is still running when all others have ended. */
const LONG =
  /\/test\/(register|runners|fuzz|package\/bundles|cli\/(doctor|gateway)|gateway\/(bad-input|amplification)|spool\/(soak|kill)|inbox\/page|instrumentation\/(module-systems|isolation))/

class LongFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]) {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: { moduleId: string }) => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
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
        test: {
          name: 'compiled',
          include: ['test/**/*.test.ts'],
          exclude: [...ANEW, ...STATELESS],
          server,
        },
      },
      { ...compiled, test: { name: 'stateless', include: STATELESS, isolate: false, server } },
      { extends: true, test: { name: 'anew', include: ANEW } },
    ],
  },
})
