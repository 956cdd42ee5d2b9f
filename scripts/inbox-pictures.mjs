// Takes the pictures in docs/inbox: every view of the inbox's page, light and dark, with data of the shop in `npm
// start`.
// A target folder may follow: node scripts/inbox-pictures.mjs /tmp/pictures
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { launchChromium } from './lib/chromium.mjs'
import { root } from './lib/install.mjs'

/** By then the shop has its second release, and each job some pings. */
const SHOP_MS = 80_000
/** For this long some calls fail, so that the pictures show what clients do then. */
const FLAKY_MS = 12_000
/** Until the clients have sent what waited. */
const CALM_MS = 15_000
const FLAKY = { status: 503, rate: 0.3 }
const SETTLE_MS = 2500
const WAITING_MS = 6000
const MOST_BYTES = 150 * 1024
const SIZE = { width: 1440, height: 900 }

const folder = process.argv[2] ?? join(root, 'docs/inbox')
mkdirSync(folder, { recursive: true })
const shop = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--port', '0'])
const browser = await launchChromium()
try {
  const url = await addressOf(shop)
  await wait(SHOP_MS)
  await setFaults(url, { ...FLAKY, forMs: FLAKY_MS })
  await wait(FLAKY_MS + CALM_MS)
  const views = await viewsOf(url)
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: SIZE, colorScheme })
    await page.route(/\/inbox\/api\/(?!stream)/, asInAnApp)
    const session = await page.context().newCDPSession(page)
    for (const [name, path] of Object.entries(views)) {
      if (name === 'faults') await setFaults(url, FLAKY)
      await page.goto(url + path)
      await wait(SETTLE_MS)
      // Under load an answer takes long, and the page says so. On a slow machine some answer is always under way.
      await page
        .locator('.waiting')
        .waitFor({ state: 'detached', timeout: WAITING_MS })
        .catch(() => {})
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
      if (name === 'faults') await setFaults(url, {})
      const picture = Buffer.from(data, 'base64')
      if (picture.length > MOST_BYTES) throw new Error(`${name} has ${picture.length} bytes.`)
      writeFileSync(join(folder, `${name}-${colorScheme}.webp`), picture)
      console.log(`${name}-${colorScheme}.webp`, picture.length)
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.close()
  }
} finally {
  await browser.close()
  shop.kill('SIGINT')
}

/** Replaces the path of this repository in stacks by that of a container. */
async function asInAnApp(route) {
  try {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(root, '/app/') })
  } catch (error) {
    // The page has gone on to the next view, and no longer wants this answer.
    if (!/disposed|closed/.test(String(error))) throw error
  }
}

function setFaults(url, faults) {
  return fetch(`${url}/inbox/api/faults`, { method: 'PUT', body: JSON.stringify(faults) })
}

function addressOf(child) {
  return new Promise((resolve, reject) => {
    let said = ''
    child.on('exit', () => reject(new Error('The shop ended.')))
    child.stdout.on('data', (chunk) => {
      said += chunk
      const address = /live shop: (http:\S+)/.exec(said)
      if (address) resolve(address[1])
    })
  })
}

/** The addresses of all views, with an existing log, error, request and trace. */
async function viewsOf(url) {
  const ask = async (path) => (await fetch(`${url}/inbox/api/${path}`)).json()
  const { groups } = await ask('errors')
  const { requests } = await ask('request-rows?status=5xx&route=/orders/:id&limit=1')
  const group = groups.find(({ type }) => type === 'TypeError') ?? groups[0]
  const { rows } = await ask(`rows?fingerprint=${encodeURIComponent(group.fingerprint)}&limit=1`)
  const { traces } = await ask('traces?limit=200')
  const trace = traces.toSorted((a, b) => b.errors + b.logs - a.errors - a.logs)[0]
  return {
    logs: '/',
    log: `/?level=warn,error&service=shop&~user=ada&log=${rows[0].seq}`,
    errors: '/errors',
    error: `/errors?group=${encodeURIComponent(group.fingerprint)}`,
    requests: '/requests',
    request: `/requests?open=${requests[0].request_id}&seq=${requests[0].seq}`,
    traces: '/traces',
    trace: `/traces?trace=${trace.trace}`,
    monitors: '/monitors',
    releases: '/releases',
    feedback: '/feedback',
    alerts: '/alerts',
    health: '/health',
    faults: '/faults',
  }
}
