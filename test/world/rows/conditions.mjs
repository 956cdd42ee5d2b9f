import { ok } from 'node:assert'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Unavailable } from '../lib/parts.mjs'
import { run } from '../lib/process.mjs'
import { startBusy, startProxy } from '../lib/sink.mjs'
import { exporter, lastWords, shop, suite, zeroCode } from '../lib/suite.mjs'
import { FORMS } from './cells.mjs'

function inBothForms(name, checks, prepare) {
  return Object.entries(FORMS).map(([form, formName]) => ({
    name: `${name}, ${formName}`,
    prepare: async (parts) => ({
      folder: await parts.project('otel-2'),
      command: [process.execPath],
      form,
      ...(await prepare?.(parts)),
    }),
    checks,
  }))
}

const MAY_READ = ['--allow-fs-read=*']
const PERMISSIONS = [
  [20, '--experimental-permission'],
  [24, '--permission'],
  // From here on the network is asked for, too.
  [26, '--permission', '--allow-net'],
]

/** What is left where process.exit cannot deliver. */
const withoutThreads = {
  'exporter behind Batch': suite['exporter behind Batch'],
  'exporter behind Simple': suite['exporter behind Simple'],
}

/** Nothing may be written, and the shell's own folder is not there any more. */
const READ_ONLY = 'mount --rbind / /mnt && mount -o remount,ro,bind /mnt && cd "/mnt$PWD" && exec "$@"'
const DELETED = 'cd "$GONE" && rmdir "$GONE" && exec "$@"'

async function readOnly() {
  const command = ['unshare', '--map-root-user', '--mount', 'sh', '-c', READ_ONLY, 'sh']
  const { code, stderr } = await run(command[0], [...command.slice(1), 'true'], { cwd: tmpdir() }).catch(
    ({ message }) => ({ stderr: message }),
  )
  if (code !== 0) throw new Unavailable(`no mount of its own on this machine: ${stderr.trim()}`)
  return { command: [...command, process.execPath] }
}

async function behindProxy(place) {
  const proxy = await startProxy()
  try {
    await shop({ ...place, env: { http_proxy: proxy.url } }, zeroCode(place))
    ok(
      proxy.asked.some((url) => url.includes('/api/v1/')),
      'what was delivered took the way by the proxy',
    )
  } finally {
    await proxy.close()
  }
}

export const conditions = [
  ...PERMISSIONS.flatMap(([version, ...flags]) =>
    inBothForms(`${flags.join(' ')} --allow-worker, Node ${version}`, suite, async (parts) => ({
      command: [await parts.node(version)],
      flags: [...flags, ...MAY_READ, '--allow-worker'],
    })),
  ),
  ...inBothForms('--permission, no worker threads, Node 24', withoutThreads, async (parts) => ({
    command: [await parts.node(24)],
    flags: ['--permission', ...MAY_READ],
    warnings: ['LOGNITOR_NO_EXIT_DELIVERY'],
  })),
  ...inBothForms('--use-system-ca, Node 24', suite, async (parts) => ({
    command: [await parts.node(24)],
    flags: ['--use-system-ca'],
  })),
  ...inBothForms('deleted working directory', { 'delivery at process.exit': fromDeleted }),
  ...inBothForms('read-only file system', suite, readOnly),
  ...inBothForms('http_proxy', { 'zero code': behindProxy }),
  ...inBothForms('ALL_PROXY=socks5', suite, async () => ({
    env: { ALL_PROXY: 'socks5://127.0.0.1:9' },
    warnings: ['LOGNITOR_PROXY_UNUSABLE'],
  })),
  ...inBothForms('broken proxy variables', suite, async () => ({
    env: { http_proxy: 'http://[nowhere', HTTPS_PROXY: '::' },
    warnings: ['LOGNITOR_PROXY_UNUSABLE'],
  })),
  ...['behind', 'ahead'].flatMap((direction) =>
    inBothForms(
      `clock ten minutes ${direction}`,
      { 'Retry-After counts from the answer': withWrongClock },
      () => ({
        env: { CLOCK_MS: direction === 'behind' ? '-600000' : '600000' },
      }),
    ),
  ),
  ...inBothForms('IPv6 only', suite, async () => ({ host: '::1' })),
]

function withWrongClock(place) {
  const [preload, ending] = place.form === 'mjs' ? ['--import', 'mjs'] : ['--require', 'cjs']
  return exporter({ ...place, flags: [preload, `./wrong-clock.${ending}`], before: startBusy }, 'batch')
}

function fromDeleted(place) {
  const gone = mkdtempSync(join(tmpdir(), 'lognitor-gone-'))
  const command = ['sh', '-c', DELETED, 'sh', process.execPath]
  return lastWords({ ...place, command, env: { GONE: gone }, isAbsolute: true })
}
