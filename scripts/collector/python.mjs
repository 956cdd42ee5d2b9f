// A Python with OpenTelemetry's SDK, Flask and Envoy, in a virtual environment below .cache/.
import { dirname, join } from 'node:path'
import { root } from '../lib/install.mjs'
import { answers, cachedFolder, runTool } from './cached.mjs'

const REQUIREMENTS = 'test/collector/python/requirements.txt'

/** The path of Python; undefined when there is none. Takes thirty seconds, once for each list of requirements. */
export async function ensurePython() {
  if (!(await answers('python3', ['--version']))) return undefined
  const folder = await cachedFolder('python', [REQUIREMENTS], async (folder) => {
    await runTool('python3', ['-m', 'venv', folder])
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]
    await runTool(join(folder, 'bin/python'), install, { cwd: root })
  })
  return folder && join(folder, 'bin/python')
}

/** The path of Envoy, which comes as a Python package; undefined where there is none for this machine. */
export async function ensureEnvoy(python) {
  if (python === undefined) return undefined
  const envoy = join(dirname(python), 'envoy')
  return (await answers(envoy, ['--version'])) ? envoy : undefined
}
