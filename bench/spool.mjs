// The cost of a spool while the service works. node bench/spool.mjs [rounds]
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, printTable } from './lib/figures.mjs'
import { interleave } from './lib/rounds.mjs'

const CHILD = fileURLToPath(new URL('spool/child.mjs', import.meta.url))
const rounds = Number(process.argv[2] ?? 5)
const module = createRequire(import.meta.url).resolve('../dist/index.cjs')
/** Answer times: a service in the same region, and one across an ocean. */
const ANSWER_MS = { near: 20, far: 150 }
const LOADS = [
  { rate: 10, seconds: 12, from: 'near' },
  { rate: 1000, seconds: 4, from: 'near' },
  { rate: 1000, seconds: 4, from: 'far' },
  { rate: 10_000, seconds: 4, from: 'near' },
]
const folder = mkdtempSync(join(tmpdir(), 'lognitor-bench-spool-'))
const bytes = new Map()
const services = Object.fromEntries(
  await Promise.all(Object.entries(ANSWER_MS).map(async ([name, ms]) => [name, await startService(ms)])),
)

const nameOf = ({ rate, from }, hasSpool) => `${rate} ${from} ${hasSpool}`
const runs = new Map(LOADS.flatMap((load) => [false, true].map((on) => [nameOf(load, on), { load, on }])))
const figures = await interleave([...runs.keys()], rounds, async (name) => {
  const { load, on } = runs.get(name)
  const { usPerLog, bytesPerLog, dropped } = await measure(load, on ? join(folder, 'spool') : '')
  if (Object.keys(dropped).length > 0) throw new Error(`${name}: ${JSON.stringify(dropped)}`)
  bytes.set(name, [...(bytes.get(name) ?? []), bytesPerLog])
  return usPerLog
})
for (const { server } of Object.values(services)) server.close()
rmSync(folder, { recursive: true, force: true })

console.log(`\nA spool while the service works, medians of ${rounds} interleaved rounds\n`)
printTable(
  ['logs a second', 'answer after', 'us a log without', 'with', 'bytes a log to disk'],
  LOADS.map((load) => [
    String(load.rate),
    `${ANSWER_MS[load.from]} ms`,
    median(figures.get(nameOf(load, false))),
    median(figures.get(nameOf(load, true))),
    median(bytes.get(nameOf(load, true))).toFixed(0),
  ]),
)
process.exit()

async function startService(answerMs) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => setTimeout(() => response.writeHead(200).end(), answerMs))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${server.address().port}/api/v1` }
}

function measure({ rate, seconds, from }, spool) {
  const args = [CHILD, module, services[from].url, spool, String(rate), String(seconds)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (piece) => {
    output += piece
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`Ended with ${code}`)),
    )
  })
}
