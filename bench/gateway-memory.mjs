// How much memory one gateway process takes for the export requests that cost the most, alone and four at once, and
// for how long it answers nobody meanwhile. Where the kernel lets us, the process runs in a control group of 512 MiB,
// as in our Kubernetes manifests.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { BODIES } from './gateway/bodies.mjs'
import { cpuMs, peakMiB, startGateway } from './gateway/process.mjs'
import { startWatch } from './gateway/watch.mjs'
import { startCountingServer } from './lib/counting-server.mjs'
import { printTable } from './lib/figures.mjs'

const MIB = 1024 * 1024
const LIMIT = 512 * MIB
const AT_ONCE = 4
const ARGS = ['--redact', 'email,creditCard,ssn,bearer', '--auto-truncate']

const wanted = process.argv[2] ?? ''
const server = await startCountingServer('"timestamp":"')
const group = openGroup()
const rows = []
for (const [name, make] of Object.entries(BODIES)) {
  if (!name.includes(wanted)) continue
  const { path, type, body } = make()
  const packed = gzipSync(body, { level: 1 })
  for (const count of [1, AT_ONCE]) {
    rows.push([name, String(count), ...(await measure(path, type, packed, count))])
    console.error(rows.at(-1).join(' | '))
  }
}
server.stop()

console.log(
  group === undefined
    ? '\nWithout a control group, which cannot be made here: resident memory only\n'
    : '\nIn a control group of 512 MiB\n',
)
printTable(['', 'at once', 'answers', 'peak MiB', 'longest pause ms', 'CPU s', 'sent MiB'], rows)
group?.close()

async function measure(path, type, body, count) {
  const gateway = await startGateway(server.url, { args: ARGS, before: group?.command ?? [] })
  await server.take()
  const watch = await startWatch(gateway.url)
  const headers = { 'content-type': type, 'content-encoding': 'gzip' }
  const send = () =>
    fetch(gateway.url + path, { method: 'POST', headers, body }).then(
      ({ status }) => status,
      () => 'none',
    )
  const answers = await Promise.all(Array.from({ length: count }, send))
  const pauseMs = await watch.stop()
  const isGone = answers.includes('none')
  const figures = isGone
    ? ['over the limit', '', '']
    : [String(Math.round(peakMiB(gateway.pid))), String(Math.round(pauseMs)), cpuMs(gateway.pid) / 1000]
  await gateway.stop()
  const { bytes } = await server.take()
  return [answers.join(' '), ...figures, String(Math.round(bytes / MIB))]
}

/** A control group with the memory limit, for version 1 or 2 of the interface; undefined where none can be made. */
function openGroup() {
  const name = `lognitor-bench-${process.pid}`
  for (const [folder, file] of [
    [`/sys/fs/cgroup/memory/${name}`, 'memory.limit_in_bytes'],
    [`/sys/fs/cgroup/${name}`, 'memory.max'],
  ]) {
    try {
      mkdirSync(folder)
      writeFileSync(`${folder}/${file}`, String(LIMIT))
      if (Number(readFileSync(`${folder}/${file}`, 'utf8')) !== LIMIT) throw new Error('no limit')
      return {
        command: ['sh', '-c', `echo $$ > ${folder}/cgroup.procs; exec "$0" "$@"`],
        close: () => rmdirSync(folder),
      }
    } catch {
      // The next version of the interface may be there.
    }
  }
  return undefined
}
