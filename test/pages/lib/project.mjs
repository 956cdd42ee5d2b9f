import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { output, run } from '../../world/lib/process.mjs'
import { startService } from '../../world/lib/service.mjs'

const CACHE = join(root, '.cache/pages')
/** All folders share one cache of packages. The other settings only make the output shorter. */
const NPM = {
  npm_config_cache: join(CACHE, 'npm'),
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_loglevel: 'error',
  npm_config_update_notifier: 'false',
}
const OURS = /@lognitor\/opentelemetry(?=\s|$)/g

/**
 * The empty folder of a reader, after `npm init`.
 * The packed package is typed in place of its name in an install line.
 *
 * @param node a line of Node, such as 26; default is the Node that runs this
 * @param pnpmAdd what the reader types instead of `npm install`, where pnpm is used
 */
export async function emptyProject(parts, { node, pnpmAdd } = {}) {
  const tarball = await parts.tarball()
  const binary = node === undefined ? process.execPath : await parts.node(node)
  const pnpm = pnpmAdd && [dirname(await parts.tool('.bin/pnpm'))]
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-pages-'))
  const home = mkdtempSync(join(tmpdir(), 'lognitor-home-'))
  const clear = () => {
    for (const place of [folder, home]) rmSync(place, { recursive: true, force: true })
  }
  process.on('exit', clear)
  const bin = join(folder, 'node_modules/.bin')
  const path = [dirname(binary), ...(pnpm ?? []), process.env.PATH, bin].join(delimiter)
  // The settings of the registry are in the developer's own home.
  const tools = {
    ...process.env,
    PATH: path,
    ...NPM,
    XDG_DATA_HOME: CACHE,
    XDG_CACHE_HOME: CACHE,
    CI: 'true',
  }
  const type = (line) => output('sh', ['-c', line], { cwd: folder, env: tools })
  // `pnpm init` would pin pnpm, and `pnpm add` would then look for a pnpm program of every platform, which some
  // registries do not have.
  await type('npm init -y')
  return {
    folder,
    /** Types an install line of a page. */
    install: (line) => {
      const own = line.replaceAll(OURS, tarball)
      return type(pnpm ? own.replace(/^npm install/, pnpmAdd) : own)
    },
    /** Types a line for a tool, such as `npm pkg set type=module`. */
    type,
    write: (files) => {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
    },
    /** Types a start line. Nothing of the developer's settings reaches the program. */
    start: (line, env = {}) =>
      startService('sh', ['-c', line], { cwd: folder, env: { PATH: path, HOME: home, ...env } }),
    /** Types a line and waits for its end: `{ code, stdout, stderr }`. */
    run: (line, env = {}) =>
      run('sh', ['-c', line], { cwd: folder, env: { PATH: path, HOME: home, ...env } }),
    clear: () => {
      process.off('exit', clear)
      clear()
    },
  }
}
