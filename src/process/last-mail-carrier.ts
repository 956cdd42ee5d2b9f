/**
 * The program of the thread that sends the last posts. A text, because it must run from a bundle as from the
 * sources, in a thread that knows neither: it may use Node's own modules and nothing else.
 *
 * The names of hosts are looked up without `getaddrinfo` where that can be done. A lookup that hangs there
 * cannot be given up, and Node would wait for it before it ends the process.
 */
export const LAST_MAIL_CARRIER = String.raw`'use strict'
const dns = require('node:dns')
const { readFileSync } = require('node:fs')
const http = require('node:http')
const https = require('node:https')
const net = require('node:net')
const tls = require('node:tls')
const { workerData } = require('node:worker_threads')

const { parcels, port, done, deadlineMs, trustsAnyone } = workerData
const MOST_ANSWER_BYTES = 64 * 1024
const LANES = 8
const PAUSES_MS = [100, 300]
const leftMs = () => Math.max(1, deadlineMs - Date.now())
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

Promise.all(parcels.map(deliver)).then(finish, finish)

function finish() {
  Atomics.store(done, 0, 1)
  Atomics.notify(done, 0)
  process.exit(0)
}

async function deliver({ destination, letters }, mail) {
  const url = new URL(destination.url)
  const agent = createAgent(url)
  const send = async (letter, n) => {
    const answer = await sendPatiently({ destination, url, agent, letter })
    if (answer !== undefined) port.postMessage({ mail, letter: n, answer })
    return answer !== undefined && isFinal(answer.status)
  }
  let next = 0
  if (destination.isDoubtful && !(await send(letters[next], next++))) return
  const lane = async () => {
    while (next < letters.length) await send(letters[next], next++)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

function createAgent(url) {
  const { Agent } = url.protocol === 'https:' ? https : http
  return new Agent({ keepAlive: true })
}

function isFinal(status) {
  if (status >= 200 && status < 300) return true
  return status >= 400 && status < 500 && ![401, 403, 404, 405, 408, 425, 429].includes(status)
}

/** Again after what is likely to pass within the little time there is. */
async function sendPatiently(parcel) {
  for (let attempt = 0; ; attempt++) {
    const { answer, code } = await sendOnce(parcel).then((answer) => ({ answer }), (error) => ({ code: error.code }))
    const pauseMs = PAUSES_MS[attempt]
    const mayPass = answer
      ? answer.status >= 500 || answer.status === 408 || answer.status === 425
      : code === 'ECONNRESET' || code === 'EPIPE'
    if (!mayPass || pauseMs === undefined || pauseMs > leftMs()) return answer
    await sleep(pauseMs)
  }
}

async function sendOnce({ destination, url, agent, letter }) {
  const headers = { ...destination.headers, 'content-length': String(letter.body.byteLength) }
  if (letter.withoutKey) delete headers['x-api-key']
  const path = url.pathname.replace(/\/+$/, '') + letter.path
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSecure = url.protocol === 'https:'
  const own = { method: 'POST', headers, lookup, rejectUnauthorized: !trustsAnyone }
  if (!destination.proxy) {
    const options = { ...own, agent, host, port: url.port || (isSecure ? 443 : 80), path }
    return exchange((isSecure ? https : http).request(options), letter.body)
  }
  const proxy = proxyOptions(destination.proxy)
  if (!isSecure) {
    const options = { ...own, ...proxy.where, agent: false, path: url.origin + path }
    options.headers = { ...headers, host: url.host, ...proxy.headers }
    return exchange(proxy.client.request(options), letter.body)
  }
  const socket = await tunnel(proxy, host.includes(':') ? '[' + host + ']' : host, url.port || 443)
  const servername = net.isIP(host) ? '' : host
  const createConnection = () => tls.connect({ socket, servername, rejectUnauthorized: !trustsAnyone })
  return exchange(https.request({ ...own, host, port: url.port || 443, path, createConnection }), letter.body)
}

function proxyOptions(address) {
  const proxy = new URL(address)
  const isSecure = proxy.protocol === 'https:'
  const login = proxy.username && decode(proxy.username) + ':' + decode(proxy.password)
  return {
    client: isSecure ? https : http,
    where: {
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (isSecure ? 443 : 80),
      lookup,
      rejectUnauthorized: !trustsAnyone,
    },
    headers: login ? { 'proxy-authorization': 'Basic ' + Buffer.from(login).toString('base64') } : {},
  }
}

function decode(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function tunnel({ client, where, headers }, host, port) {
  return new Promise((resolve, reject) => {
    const target = host + ':' + port
    const request = client.request({ ...where, agent: false, method: 'CONNECT', path: target, headers: { host: target, ...headers } })
    request.setTimeout(leftMs(), () => request.destroy(new Error('No proxy in time')))
    request.on('error', reject)
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) resolve(socket)
      else reject(new Error('The proxy refused'))
    })
    request.end()
  })
}

function exchange(request, body) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error('No answer in time')), leftMs())
    const end = (settle) => (value) => {
      clearTimeout(timer)
      settle(value)
    }
    request.on('error', end(reject))
    request.on('response', (response) => {
      const chunks = []
      let bytes = 0
      const answer = () => end(resolve)({
        status: response.statusCode,
        headers: { 'retry-after': response.headers['retry-after'] },
        body: Buffer.concat(chunks).toString('utf8'),
      })
      response.on('error', end(reject))
      response.on('end', answer)
      response.on('data', (chunk) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes < MOST_ANSWER_BYTES) return
        answer()
        response.destroy()
      })
    })
    request.end(body)
  })
}

function lookup(host, options, give) {
  if (/^localhost$|\.localhost$/i.test(host) || isInHostsFile(host)) return dns.lookup(host, options, give)
  const resolver = new dns.Resolver({ timeout: Math.min(1000, Math.ceil(leftMs() / 2)), tries: 2 })
  const found = (addresses, family) => options.all
    ? give(null, addresses.map((address) => ({ address, family })))
    : give(null, addresses[0], family)
  const orElse = (next) => (error) => error.code === 'ETIMEOUT' ? give(error) : next()
  const system = () => dns.lookup(host, options, give)
  const six = () => resolver.resolve6(host, (error, addresses) => error ? orElse(system)(error) : found(addresses, 6))
  if (options.family === 6) return six()
  resolver.resolve4(host, (error, addresses) => error ? orElse(six)(error) : found(addresses, 4))
}

function isInHostsFile(host) {
  const file = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'
  try {
    const words = readFileSync(file, 'utf8').replace(/#.*/g, '').toLowerCase().split(/\s+/)
    return words.includes(host.toLowerCase())
  } catch {
    return false
  }
}
`
