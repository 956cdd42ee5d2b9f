// A Python with OpenTelemetry's SDK, in a virtual environment below .cache/.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../lib/install.mjs'

const runFile = promisify(execFile)
const REQUIREMENTS = join(root, 'test/collector/python/requirements.txt')

/** The path of Python; undefined when there is none. Takes thirty seconds, once for each list of requirements. */
export async function ensurePython() {
  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
    .slice(0, 16)
  const folder = join(root, '.cache/python', wanted)
  const python = join(folder, 'bin/python')
  const stamp = join(folder, '.installed')
  if (await exists(stamp)) return python
  try {
    await runFile('python3', ['--version'])
  } catch {
    return undefined
  }
  console.error("Installing Python's OpenTelemetry SDK, once ...")
  await rm(folder, { recursive: true, force: true })
  await runFile('python3', ['-m', 'venv', folder])
  await runFile(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS],
    {
      maxBuffer: 1 << 26,
    },
  )
  await writeFile(stamp, '')
  return python
}

function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  )
}
