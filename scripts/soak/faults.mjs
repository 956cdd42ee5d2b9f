/** The faults, with their probability and duration. */
const KINDS = [
  { weight: 8, name: 'health', mostMs: 4000 },
  { weight: 4, name: 'errors', mostMs: 5000, status: [500, 502, 503, 504, 408, 425] },
  { weight: 3, name: 'quota', mostMs: 4000 },
  { weight: 2, name: 'small batches only', mostMs: 4000 },
  { weight: 3, name: 'invalid logs', mostMs: 3000 },
  { weight: 1, name: 'refusals', mostMs: 500, status: [400, 409, 415] },
  { weight: 3, name: 'cuts before', mostMs: 3000 },
  { weight: 3, name: 'cuts after', mostMs: 3000 },
  { weight: 2, name: 'torn answers', mostMs: 3000 },
  { weight: 3, name: 'slowness', mostMs: 5000 },
  { weight: 1, name: 'silence', mostMs: 3000 },
  { weight: 1, name: 'endless answers', mostMs: 1000 },
  { weight: 1, name: 'outage', mostMs: 20_000, status: [503] },
]

const HEALTH = { name: 'health', share: 0 }

/** Draws the next fault: its kind, the share of requests it affects, and its end. */
export function nextFault(random, nowMs) {
  let left = random() * KINDS.reduce((sum, { weight }) => sum + weight, 0)
  const kind = KINDS.find(({ weight }) => {
    left -= weight
    return left < 0
  })
  if (kind === undefined || kind.name === 'health') return { ...HEALTH, untilMs: nowMs + random() * 4000 }
  const share = kind.name === 'outage' || random() < 0.4 ? 1 : random()
  return { name: kind.name, share, status: kind.status, untilMs: nowMs + random() * kind.mostMs }
}

/** A random form of Retry-After. */
export function drawRetryAfter(random, nowMs) {
  const seconds = Math.round(random() * 3)
  const ways = [
    () => String(seconds),
    () => new Date(nowMs + seconds * 1000).toUTCString(),
    () => new Date(0).toUTCString(),
    () => 'soon',
    () => undefined,
  ]
  return ways[Math.floor(random() * ways.length)]()
}
