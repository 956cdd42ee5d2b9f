// Measures the inbox's page: first paint, and the longest frames while logs stream in.
// Seconds and logs a second may follow: node scripts/inbox-speed.mjs 60 2000
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startInbox } from '../dist/testing.mjs'
import { launchChromium } from './lib/chromium.mjs'

const [seconds = 60, perSecond = 2000] = process.argv.slice(2).map(Number)
const BATCH = 100
const SERVICES = ['shop', 'warehouse', 'payments', 'jobs']
const LEVELS = ['debug', 'info', 'info', 'info', 'warn', 'error']
const LONG_MS = 50

if (process.env.SEND_TO) send(process.env.SEND_TO)
else await measure()

async function measure() {
  const inbox = await startInbox()
  const browser = await launchChromium()
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const sender = fork(fileURLToPath(import.meta.url), [String(seconds), String(perSecond)], {
    env: { ...process.env, SEND_TO: inbox.apiUrl },
  })
  await page.goto(inbox.url)
  await page.waitForTimeout(1000)
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  )
  const frames = await page.evaluate(async (lastMs) => {
    const gaps = []
    const tasks = []
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration)
    }).observe({ type: 'longtask' })
    const end = performance.now() + lastMs
    let before = performance.now()
    await new Promise((resolve) => {
      requestAnimationFrame(function frame(now) {
        gaps.push(now - before)
        before = now
        if (now < end) requestAnimationFrame(frame)
        else resolve()
      })
    })
    return { gaps: gaps.slice(1), tasks }
  }, seconds * 1000)
  const sorted = frames.gaps.sort((a, b) => a - b)
  const at = (share) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(1)
  const rows = await page.getByRole('grid').getAttribute('aria-rowcount')
  console.log(`first paint           ${paint?.toFixed(0)} ms`)
  console.log(`logs accepted         ${inbox.stats().logs}, ${Number(rows) - 1} in the list`)
  console.log(
    `frames                ${sorted.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
  )
  console.log(`frames over ${LONG_MS} ms      ${sorted.filter((gap) => gap > LONG_MS).length}`)
  console.log(
    `tasks over ${LONG_MS} ms       ${frames.tasks.length} ${frames.tasks.map(Math.round).join(' ')}`,
  )
  sender.kill()
  await browser.close()
  await inbox.close()
}

/** In a process of its own, so that it does not slow the page down. */
function send(url) {
  const startedAt = Date.now()
  let sent = 0
  setInterval(() => {
    const due = ((Date.now() - startedAt) / 1000) * perSecond
    while (sent + BATCH <= due) {
      sent += BATCH
      const logs = Array.from({ length: BATCH }, (_, index) => logOf(sent + index))
      fetch(`${url}/ingest`, {
        method: 'POST',
        headers: { 'x-api-key': 'speed' },
        body: JSON.stringify({ batch_id: `batch-${sent}`, logs }),
      }).catch(() => {})
    }
  }, 10)
}

function logOf(number) {
  const level = LEVELS[number % LEVELS.length]
  return {
    level,
    message: `order ${number} was looked up by a customer`,
    timestamp: new Date().toISOString(),
    service: SERVICES[number % SERVICES.length],
    request_id: `request-${number}`,
    trace: { trace_id: number.toString(16).padStart(32, '0') },
    user: { id: `user-${number % 50}` },
    metadata: { orderId: number, region: 'eu', attempt: 1 },
    ...(level === 'error' && {
      error: { type: 'OrderError', message: `kind ${number % 7}`, stack: 'OrderError\n    at f (/a.js:1:1)' },
    }),
  }
}
