import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './install.mjs'

const FILE = join(root, 'src/exit/exit-sender-program.js')

/**
 * Bundles the exit sender's worker program and everything it imports into one text. The build and the tests call this.
 * The result is a text, because the thread must also start without a file: in a bundle, in a single executable, in a
 * working directory that was deleted.
 */
export async function writeExitSender() {
  const bundle = await rolldown({
    cwd: root,
    input: 'src/exit/exit-sender.worker.ts',
    platform: 'node',
    external: [/^node:/],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    checks: { bundlerTimings: false },
    onLog(level, log, handler) {
      if (level === 'warn') throw new Error(log.message)
      handler(level, log)
    },
  })
  const { output } = await bundle.generate({ format: 'cjs', codeSplitting: false, minify: true })
  await bundle.close()
  const text = `// Made by scripts/lib/exit-sender.mjs.\nexport default ${JSON.stringify(output[0].code)}\n`
  if (existsSync(FILE) && readFileSync(FILE, 'utf8') === text) return
  const fresh = `${FILE}.${process.pid}`
  writeFileSync(fresh, text)
  renameSync(fresh, FILE)
}
