import { randomUUID } from 'node:crypto'
import { USER_AGENT } from '../../common/version.js'
import { resolveOptions, type Settings } from '../../config/options.js'
import { httpTransport } from '../../delivery/http/http.js'
import { readAnswer } from '../../delivery/http/outcome.js'
import { proxyFor } from '../../delivery/http/proxy.js'
import type { TransportAnswer } from '../../wire/transport.js'
import type { Finding } from './findings.js'

const TIMEOUT_MS = 10_000
/** Logs with a larger clock error are shown at the wrong time, and some services refuse them. */
const CLOCK_TOLERANCE_MS = 2 * 60_000

/** Sends one empty batch to the address in the environment: checks key, address, proxy, TLS, clock and quota. */
export async function checkDelivery(): Promise<Finding[]> {
  const settings = resolveOptions()
  const findings: Finding[] = []
  if (!settings.apiKey) {
    findings.push({
      code: 'NO_KEY',
      wrong: 'LOGNITOR_API_KEY is not set in this environment.',
      costs: 'Nothing is sent, unless the application gives a key to init.',
      mend: 'export LOGNITOR_API_KEY=... (the key of your project in Lognitor)',
    })
  }
  const askedAt = Date.now()
  try {
    const answer = await ask(settings)
    findings.push(...fromAnswer(answer, settings), ...fromClock(answer, askedAt))
  } catch (error) {
    findings.push(fromError(error, settings))
  }
  return findings
}

async function ask({ apiUrl, apiKey, proxy }: Settings): Promise<TransportAnswer> {
  const transport = httpTransport({ apiUrl, proxy, compression: 'none' })
  const abort = new AbortController()
  // Sockets of this package are unref'd and keep no process alive; this timer does.
  const timer = setTimeout(() => abort.abort(new Error('No answer in time')), TIMEOUT_MS)
  try {
    return await transport.send({
      path: '/ingest',
      headers: {
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        ...(apiKey && { 'x-api-key': apiKey }),
      },
      body: Buffer.from(JSON.stringify({ batch_id: randomUUID(), logs: [] })),
      signal: abort.signal,
    })
  } finally {
    clearTimeout(timer)
    await transport.close?.()
  }
}

function fromAnswer(answer: TransportAnswer, { apiUrl, apiKey }: Settings): Finding[] {
  const { status } = answer
  const outcome = readAnswer(answer, Date.now())
  if (outcome.kind === 'unauthorized') {
    // Without a key the service answers exactly that.
    if (!apiKey) return []
    return [
      {
        code: 'KEY_REFUSED',
        wrong: `${apiUrl} answers the key in LOGNITOR_API_KEY with status ${status}.`,
        costs: 'Nothing arrives; logs wait in the queue.',
        mend: 'Set LOGNITOR_API_KEY to a key of your project that is valid.',
      },
    ]
  }
  if (status === 429) {
    const after = answer.headers['retry-after']
    return [
      {
        code: 'QUOTA_USED',
        wrong: `${apiUrl} answers with status 429${after === undefined ? '' : `, retry after ${after}`}.`,
        costs: 'Logs wait in the queue, and the oldest are dropped when it is full.',
        mend: 'Raise the quota of your project, or send less: LOGNITOR_MIN_LEVEL=info.',
      },
    ]
  }
  if (outcome.kind === 'wrong_address') {
    const isProxy = status === 407
    return [
      {
        code: isProxy ? 'PROXY_REFUSED' : 'ADDRESS_WRONG',
        wrong: isProxy
          ? 'The proxy wants a user and password (status 407).'
          : `${apiUrl} answers with status ${status}, which Lognitor never sends.`,
        costs: 'Nothing arrives; logs wait in the queue.',
        mend: isProxy
          ? 'Put them into the address: LOGNITOR_PROXY=http://user:password@proxy:3128'
          : 'Set LOGNITOR_API_URL to the address that ends in /api/v1, or unset it for https://api.lognitor.com/api/v1.',
      },
    ]
  }
  if (status >= 500) return [unreachable(apiUrl, `status ${status}`)]
  return []
}

function fromClock({ headers }: TransportAnswer, askedAt: number): Finding[] {
  const theirs = Date.parse(String(headers.date ?? ''))
  const awayMs = askedAt - theirs
  // A Date header has whole seconds, and the answer took some time.
  if (!(Math.abs(awayMs) > CLOCK_TOLERANCE_MS)) return []
  const minutes = Math.round(Math.abs(awayMs) / 60_000)
  return [
    {
      code: 'CLOCK_WRONG',
      wrong: `The clock of this machine is ${minutes} minutes ${awayMs > 0 ? 'ahead of' : 'behind'} that of the service.`,
      costs: 'Logs have the wrong time, and searches of the last minutes do not find them.',
      mend: 'Set the clock, by NTP: sudo timedatectl set-ntp true',
    },
  ]
}

const TLS = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS|EPROTO/

function fromError(error: unknown, settings: Settings): Finding {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const why = `${typeof code === 'string' ? `${code}: ` : ''}${String(message)}`
  const { apiUrl } = settings
  if (TLS.test(String(code))) {
    return {
      code: 'TLS_FAILED',
      wrong: `No secure connection to ${apiUrl}: ${why}.`,
      costs: 'Nothing arrives; logs wait in the queue.',
      mend: 'For a certificate authority of your company or proxy: NODE_EXTRA_CA_CERTS=/path/to/ca.pem',
    }
  }
  if (proxyFor(new URL(apiUrl), settings.proxy) !== '') {
    return {
      code: 'PROXY_REFUSED',
      wrong: `${apiUrl} cannot be reached through the proxy in LOGNITOR_PROXY, https_proxy or http_proxy: ${why}.`,
      costs: 'Nothing arrives; logs wait in the queue.',
      mend: 'Correct that address, set LOGNITOR_PROXY=false to use no proxy, or list the host in no_proxy.',
    }
  }
  return unreachable(apiUrl, why)
}

function unreachable(apiUrl: string, why: string): Finding {
  return {
    code: 'ADDRESS_UNREACHABLE',
    wrong: `${apiUrl} cannot be reached: ${why}.`,
    costs: 'Nothing arrives; logs wait in the queue.',
    mend: 'Correct LOGNITOR_API_URL, or let the firewall pass it; where only a proxy leads out, LOGNITOR_PROXY=http://proxy:3128',
  }
}
