/**
 * Codes of errors caused by the network, a name server, the peer, or a lack of free sockets.
 * https://nodejs.org/api/errors.html#common-system-errors, https://nodejs.org/api/dns.html#error-codes and
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const CODES: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTCONN', 'EPROTO', 'ERR_NETWORK'],
  ...['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT', 'ABORT_ERR'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENETRESET', 'EADDRNOTAVAIL'],
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
  ...['ENOTFOUND', 'ENODATA', 'ENONAME', 'ESERVFAIL', 'EREFUSED', 'EFORMERR', 'EBADRESP', 'ENOTIMP'],
  ...['ETIMEOUT', 'ECANCELLED', 'EOF'],
  ...['ERR_SOCKET_CLOSED', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_PROXY_REFUSED'],
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS_HANDSHAKE_TIMEOUT', 'HOSTNAME_MISMATCH', 'INVALID_CA'],
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'INVALID_PURPOSE', 'PATH_LENGTH_EXCEEDED'],
])

/** Prefixes of further codes: certificates, TLS, the HTTP parser, HTTP/2, undici, name servers. */
const FAMILIES =
  /^(CERT_|CRL_|UNABLE_TO_|ERROR_IN_|ERR_SSL_|HPE_|ERR_HTTP2_(STREAM|SESSION|GOAWAY)|UND_ERR_|EAI_)/
/** System calls in which EACCES or EPERM comes from a firewall and not from a file. */
const NETWORK_CALLS: ReadonlySet<unknown> = new Set(['connect', 'read', 'write', 'send', 'bind'])
const NAMES: ReadonlySet<unknown> = new Set(['AbortError', 'TimeoutError'])
const MAX_DEPTH = 5

/** The fields of an error that are looked at; any of them may be missing. */
interface ErrorLike {
  readonly name?: unknown
  readonly code?: unknown
  readonly syscall?: unknown
  readonly message?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
}

/**
 * Whether an error was caused by the network or the peer, so that a retry is the right answer. Any other error is a
 * fault of the program or its settings. Follows `cause` and `errors`, since fetch wraps the original error. Never
 * throws.
 */
export function isNetworkError(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return false
  try {
    const { name, code, syscall, message, cause, errors } = error as ErrorLike
    if (CODES.has(code) || NAMES.has(name) || message === 'socket hang up') return true
    if (typeof code === 'string' && FAMILIES.test(code)) return true
    if ((code === 'EACCES' || code === 'EPERM') && NETWORK_CALLS.has(syscall)) return true
    if (Array.isArray(errors) && errors.slice(0, MAX_DEPTH).some((one) => isNetworkError(one, depth + 1)))
      return true
    return isNetworkError(cause, depth + 1)
  } catch {
    // A getter of a foreign error threw.
    return false
  }
}

/** Creates an error that {@link isNetworkError} accepts. */
export function networkError(
  code: 'ETIMEDOUT' | 'ECONNRESET' | 'EPROTO',
  message: string,
  cause?: unknown,
): Error {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code })
}

/** The proxy answered CONNECT with this status and made no connection. */
export class ProxyRefusalError extends Error {
  readonly code = 'ERR_PROXY_REFUSED'
  readonly status: number

  constructor(status: number) {
    super(`The proxy refused the connection with status ${status}`)
    this.status = status
  }
}

/** An error's code and message, cut to 200 characters. Never throws. */
export function describeError(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return String(error).slice(0, 200)
    const { name, code, message } = error as ErrorLike
    if (typeof message !== 'string') return Object.prototype.toString.call(error)
    const label = typeof code === 'string' ? code : name === 'Error' ? undefined : name
    return `${typeof label === 'string' ? `${label} ` : ''}${message}`.slice(0, 200)
  } catch {
    return 'an unreadable error'
  }
}
