import files from '#inbox-page'
import type { Handler } from './listen.js'
import { refusal, writeReply } from './reply.js'

/** Allows scripts and styles from this inbox only, no markup from strings, and no frame around the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** The addresses of the page's views. All of them give the same HTML. */
const VIEWS = new Set(
  '/ /logs /errors /requests /traces /monitors /releases /feedback /alerts /health /faults'.split(' '),
)

/** Serves the page and its files, which the build embeds. */
export const page: Handler = (request, response, path) => {
  const file = files[VIEWS.has(path) ? '/index.html' : path]
  if (file === undefined) return writeReply(response, refusal(404, 'There is nothing at this address.'))
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return writeReply(response, refusal(405, 'This address takes GET, HEAD only.', { allow: 'GET, HEAD' }))
  }
  const headers = { 'content-type': file.type, 'content-security-policy': POLICY, 'x-frame-options': 'DENY' }
  return writeReply(response, { status: 200, bytes: bytesOf(file), headers })
}

function bytesOf({ text, base64 }: { text?: string; base64?: string }): Buffer {
  return base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64')
}
