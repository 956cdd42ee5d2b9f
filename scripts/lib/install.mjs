import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a command and shows its output. Ends the script with its exit code when it fails. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) throw error
  if (signal) process.kill(process.pid, signal)
  if (status !== 0) process.exit(status ?? 1)
}

/** Its package of another Node installs the binary by a script. */
const WITH_SCRIPTS = 'test/dependencies/otel-3'

/** Installs the packages of a lock file, unless this lock file has been installed already. */
export function ensureInstalled(folder = '.') {
  const at = join(root, folder)
  const lock = createHash('sha256')
    .update(readFileSync(join(at, 'package-lock.json')))
    .digest('hex')
  const stamp = join(at, 'node_modules', '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error(`Installing the development packages${folder === '.' ? '' : ` of ${folder}`} ...`)
  const scripts = folder === WITH_SCRIPTS ? [] : ['--ignore-scripts']
  run('npm', ['ci', ...scripts, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: at,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  mkdirSync(join(at, 'node_modules'), { recursive: true })
  writeFileSync(stamp, lock)
}
