// Finds or builds the OpenTelemetry Collector of the tests. `node scripts/collector/otelcol.mjs` prints its path.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../lib/install.mjs'
import { answers, exists, runTool } from './cached.mjs'

const MANIFEST = join(root, 'test/collector/builder.yaml')

/**
 * The path of the Collector: the one in OTELCOL, otherwise one built from the manifest, otherwise one on the PATH.
 * Undefined when there is none and no Go to build it. A build takes about 90 s on two cores, once for each manifest;
 * the result stays in .cache/.
 */
export async function ensureCollector() {
  if (process.env.OTELCOL) return process.env.OTELCOL
  const manifest = await readFile(MANIFEST, 'utf8')
  const key = createHash('sha256').update(manifest).digest('hex').slice(0, 16)
  const folder = join(root, '.cache/otelcol', `${platform()}-${arch()}-${key}`)
  const binary = join(folder, 'otelcol')
  if (await exists(binary)) return binary
  if (!(await answers('go', ['version']))) return onPath()
  await build(manifest, folder, binary)
  return binary
}

async function build(manifest, folder, binary) {
  const version = /^ {2}version: *(\S+)/m.exec(manifest)?.[1]
  const sources = join(folder, 'src')
  const env = {
    ...process.env,
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
    GOFLAGS: '-buildvcs=false',
    GOBIN: folder,
  }
  console.error(`Building the OpenTelemetry Collector ${version}, once; about 90 s ...`)
  await rm(sources, { recursive: true, force: true })
  await mkdir(sources, { recursive: true })
  await runTool('go', ['install', `go.opentelemetry.io/collector/cmd/builder@v${version}`], { env })
  const placed = join(folder, 'builder.yaml')
  await writeFile(placed, manifest.replace(/^( {2}version:.*)$/m, `$1\n  output_path: ${sources}`))
  await runTool(join(folder, 'builder'), ['--skip-compilation', '--config', placed], { env })
  // The compiler runs once and nobody debugs the result: without garbage collection and debug information the build
  // takes a third less time.
  const flags = ['-mod=readonly', '-trimpath', '-gcflags=all=-dwarf=false', '-ldflags', '-s -w']
  const fresh = `${binary}.new`
  await runTool('go', ['build', ...flags, '-o', fresh, '.'], { cwd: sources, env: { ...env, GOGC: 'off' } })
  await rename(fresh, binary)
  await rm(sources, { recursive: true })
  await rm(join(folder, 'builder'))
}

async function onPath() {
  for (const name of ['otelcol-contrib', 'otelcol']) if (await answers(name, ['--version'])) return name
  return undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await ensureCollector()) ?? 'none')
