// Customers: a lively mix of requests for as long as it runs.
const shop = process.env.SHOP_URL
const users = ['ada', 'grace', 'edsger', 'barbara', 'alan', undefined]

const visits = [
  [6, () => get('/')],
  [12, () => get(`/orders/${any(1000)}`)],
  [5, () => post('/orders', { sku: `sku-${any(50)}` })],
  [1, () => post('/orders', {})],
  [4, () => post(`/checkout/${any(1000)}`)],
  [1, () => get(`/invoices/${any(1000)}`)],
  [2, () => get(`/coupons/${any(3) === 0 ? 'WINTER' : 'SUMMER'}`)],
  [2, () => get(`/reports/${2020 + any(6)}`)],
  [1, () => get(`/nowhere/${any(1000)}`)],
  [2, () => get('/health')],
]
const complaints = [
  'It broke when I wanted to pay.',
  'My card works everywhere else!',
  'I clicked three times, and nothing happened.',
  'The coupon from your newsletter gives an error.',
]
/** Of so many customers who met an error, one says so. */
const SILENT = 8

const total = visits.reduce((sum, [weight]) => sum + weight, 0)

function any(below) {
  return Math.floor(Math.random() * below)
}

function visit() {
  let left = any(total)
  for (const [weight, go] of visits) {
    left -= weight
    if (left < 0) return go()
  }
}

async function get(path) {
  return send(path, { method: 'GET' })
}

async function post(path, body) {
  return send(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
}

async function send(path, init) {
  const user = users[any(users.length)]
  const headers = { ...init.headers, ...(user && { 'x-user': user, 'x-session-id': `session-${user}` }) }
  const answer = await fetch(shop + path, { ...init, headers })
  const body = await answer.text()
  if (answer.status !== 500 || any(SILENT) > 0) return
  const { eventId } = JSON.parse(body)
  const comments = complaints[any(complaints.length)]
  await fetch(`${shop}/feedback`, {
    method: 'POST',
    body: JSON.stringify({ eventId, comments, ...(user && { name: user }) }),
    headers: { 'content-type': 'application/json' },
  })
}

async function customer() {
  for (;;) {
    // A shop that is just closing is nobody's fault here.
    await visit().catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 100 + any(300)))
  }
}

for (let n = 0; n < 4; n++) void customer()
