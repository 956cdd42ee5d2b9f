import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './install.mjs'

const FILE = join(root, 'src/exit/exit-sender-program.js')

/**
 * Makes one text of the program of the thread that sends at the end of the process, and of all that it imports. The
 * build and the tests call this. A text, because the thread must run where there is no file to start it from: in a
 * bundle, in a single executable, in a working directory that was deleted.
 */
export async function writeExitSender() {
  const bundle = await rolldown({
    cwd: root,
    input: 'src/exit/exit-sender.worker.ts',
    platform: 'node',
    external: [/^node:/],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
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
