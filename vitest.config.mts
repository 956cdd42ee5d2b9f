import { defineConfig } from 'vitest/config'
import { writeExitSender } from './scripts/lib/exit-sender.mjs'

// Tests that import the sources need it as well.
await writeExitSender()

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/dependencies/**/node_modules/**',
      'node_modules/**',
      // npm run test:world
      ...(process.env.TEST_WORLD ? [] : ['test/world/**']),
    ],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A shared machine stands still for seconds now and then, in the middle of a connection that is being made. The
    // report names what has passed only the second time.
    retry: process.env.CI ? 1 : 0,
  },
})
