import type { Handler } from '../http/listen.js'
import { refusal, writeReply } from '../http/reply.js'
import { HTML, ICON } from './html.js'
import { DOM_SCRIPT } from './script/dom.js'
import { ERRORS_SCRIPT } from './script/errors.js'
import { FILTERS_SCRIPT } from './script/filters.js'
import { LOGS_SCRIPT } from './script/logs.js'
import { MAIN_SCRIPT } from './script/main.js'
import { ROUTES_SCRIPT } from './script/routes.js'
import { STYLE } from './style.js'

/** Scripts and styles from this inbox only, no markup from strings, and no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const SCRIPT_TYPE = 'text/javascript; charset=utf-8'

const FILES = new Map<string, readonly [type: string, text: string]>([
  ['/', ['text/html; charset=utf-8', HTML]],
  ['/assets/style.css', ['text/css; charset=utf-8', STYLE]],
  ['/assets/icon.svg', ['image/svg+xml', ICON]],
  ['/assets/dom.js', [SCRIPT_TYPE, DOM_SCRIPT]],
  ['/assets/errors.js', [SCRIPT_TYPE, ERRORS_SCRIPT]],
  ['/assets/filters.js', [SCRIPT_TYPE, FILTERS_SCRIPT]],
  ['/assets/logs.js', [SCRIPT_TYPE, LOGS_SCRIPT]],
  ['/assets/main.js', [SCRIPT_TYPE, MAIN_SCRIPT]],
  ['/assets/routes.js', [SCRIPT_TYPE, ROUTES_SCRIPT]],
])

/** Serves the page and its files. */
export const page: Handler = (request, response, path) => {
  const file = FILES.get(path)
  if (file === undefined) return writeReply(response, refusal(404, 'There is nothing at this address.'))
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return writeReply(response, refusal(405, 'This address takes GET, HEAD only.', { allow: 'GET, HEAD' }))
  }
  const [type, text] = file
  const headers = { 'content-type': type, 'content-security-policy': POLICY, 'x-frame-options': 'DENY' }
  return writeReply(response, { status: 200, text, headers })
}
