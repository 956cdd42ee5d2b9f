/** The beginning of each record's message, which the server counts. */
export const MARK = 'order placed by'

export const SERVICE = { name: 'shop', version: '1.4.2', environment: 'bench' }

export const SPAN_CONTEXT = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
}

export function message(n) {
  return `${MARK} customer ${n % 5000}`
}

function order(n) {
  return {
    'order.id': n,
    'order.total': 19.9 + (n % 977) / 100,
    'order.currency': 'EUR',
    'order.items': ['sku-1207', `sku-${n % 300}`],
    'payment.method': 'card',
    'payment.attempts': 1 + (n % 3),
    'stock.reserved': true,
  }
}

/**
 * Twelve attributes as a shop would log them: texts, numbers, flags, a list, and two with names from the conventions.
 */
export function attributes(n) {
  return {
    'user.id': `customer-${n % 5000}`,
    'session.id': `5f1c2a7e-${n % 100_000}`,
    ...order(n),
    'db.query.rows': n % 40,
    'cloud.availability_zone': 'eu-central-1b',
    elapsed_ms: (n % 1999) / 8,
  }
}

/** The same order as options of `info()`: what has a place of its own is not in the metadata. */
export function parts(n) {
  return {
    metadata: order(n),
    user: { id: `customer-${n % 5000}`, name: 'Ada Lovelace' },
    request: { method: 'POST', path: '/orders?currency=EUR', statusCode: 201, durationMs: (n % 1999) / 8 },
    perf: { durationMs: (n % 1999) / 8, memoryMb: 120 + (n % 50) },
    tags: ['checkout', 'card'],
  }
}

/** So many attributes, or one text of so many kilobytes. */
export function attributesOf(what, size) {
  if (what === 'kilobytes') {
    const text = 'One of the lines of a long text. '.repeat((size * 1024) / 33)
    return (n) => ({ 'order.id': n, 'order.note': text })
  }
  const names = Array.from({ length: size }, (_, index) => `order.field_${index}`)
  return (n) =>
    Object.fromEntries(names.map((name, index) => [name, index % 2 === 0 ? `value-${n % 300}` : n]))
}
