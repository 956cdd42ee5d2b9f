import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownIdentity } from '../../src/spool/identity.js'
import { claimFolder, isAbandoned, type Owner } from '../../src/spool/owner.js'
import { adopt, flatten } from '../../src/spool/owner-folder.js'
import { manualClock } from '../support/manual-clock.js'
import { start } from '../support/run.js'
import { until } from '../support/until.js'

let place: string
let owners: Owner[]

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'lognitor-owner-'))
  owners = []
})
afterEach(() => {
  for (const owner of owners) owner.release()
  rmSync(place, { recursive: true, force: true })
})

function claim(at = place, clock = manualClock()): Owner {
  const owner = claimFolder(at, clock)
  owners.push(owner)
  return owner
}

/** A folder with any content in its owner file. */
function folderOf(words: object, leaseAgeMs = 0): string {
  const folder = join(place, `1-${'0'.repeat(11)}${readdirSync(place).length}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ ...ownIdentity(''), ...words }))
  writeFileSync(join(folder, 'lease'), '.')
  const then = new Date(Date.now() - leaseAgeMs)
  utimesSync(join(folder, 'lease'), then, then)
  return folder
}

const HOUR = 3_600_000
const onLinux = test.runIf(process.platform === 'linux')

test('an owner counts as living from the moment its folder is visible until its release', async () => {
  const owner = claim()
  expect(readdirSync(place)).toHaveLength(1)
  expect(await isAbandoned(owner.directory)).toBe(false)
  owner.release()
  expect(await isAbandoned(owner.directory)).toBe(true)
})

test('a folder at the end of a long path has an owner, too', async () => {
  const deep = join(place, 'x'.repeat(100), 'y'.repeat(100))
  const owner = claim(deep)
  expect(readFileSync(join(owner.directory, 'owner.json'), 'utf8')).toMatch(/"socket":"\w+\.sock"/)
  expect(await isAbandoned(owner.directory)).toBe(false)
  owner.release()
  expect(await isAbandoned(owner.directory)).toBe(true)
})

test('an owner in another container counts as living while its socket answers, whatever its pid', async () => {
  const owner = claim()
  const file = join(owner.directory, 'owner.json')
  const identity = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(
    file,
    JSON.stringify({ ...identity, pid: 999_999, pids: 'pid:[4026532999]', host: 'elsewhere' }),
  )
  expect(await isAbandoned(owner.directory)).toBe(false)
  owner.release()
  expect(await isAbandoned(owner.directory)).toBe(true)
})

onLinux('a pid that was given out again is not taken for its former owner', async () => {
  expect(await isAbandoned(folderOf({}))).toBe(false)
  expect(await isAbandoned(folderOf({ began: '1' }))).toBe(true)
})

onLinux('a process that is gone owns nothing', async () => {
  const { child, ended } = start(['-e', 'setInterval(() => {}, 1000)'])
  await until(() => child.pid !== undefined, 'the process runs')
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1')
  const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const folder = folderOf({ pid: child.pid, began })
  expect(await isAbandoned(folder)).toBe(false)
  child.kill('SIGKILL')
  await ended
  expect(await isAbandoned(folder)).toBe(true)
})

test('an owner on another machine counts as living while it renews its lease', async () => {
  const elsewhere = { boot: 'another', host: 'elsewhere', socket: 'some.sock' }
  expect(await isAbandoned(folderOf(elsewhere))).toBe(false)
  expect(await isAbandoned(folderOf(elsewhere, 60_000))).toBe(false)
  expect(await isAbandoned(folderOf(elsewhere, HOUR))).toBe(true)
})

test('an owner renews its lease every 15 seconds', async () => {
  const clock = manualClock()
  const owner = claim(place, clock)
  const lease = join(owner.directory, 'lease')
  for (let n = 0; n < 3; n++) {
    rmSync(lease, { force: true })
    clock.advance(15_000)
    await until(() => readdirSync(owner.directory).includes('lease'), 'the lease was renewed')
  }
})

test('checking an owner does not renew its lease', async () => {
  const folder = join(place, '1-0123456789ab')
  mkdirSync(folder)
  const then = new Date(Date.now() - HOUR)
  utimesSync(folder, then, then)
  expect(await isAbandoned(folder)).toBe(true)
  expect(await isAbandoned(folder)).toBe(true)
  expect(readdirSync(place)).toEqual(['1-0123456789ab'])
})

test('an invalid owner file is no proof that the owner is dead', async () => {
  const folder = folderOf({})
  for (const words of ['', '{', 'null', '[]', '{"pid":"1"}']) {
    writeFileSync(join(folder, 'owner.json'), words)
    expect(await isAbandoned(folder)).toBe(false)
  }
})

test('when many processes take over at once, each folder goes to one, however deeply it is nested', async () => {
  const dead = [claim(), claim(), claim()]
  for (const owner of dead) {
    const below = join(owner.directory, 'from', `7-00000000000${dead.indexOf(owner)}`)
    mkdirSync(join(below, 'from', `8-00000000000${dead.indexOf(owner)}`), { recursive: true })
    owner.release()
  }
  const takers = [claim(), claim(), claim(), claim()]
  const abandoned = dead.map(({ directory }) => directory)
  const takeAll = async ({ directory }: Owner) => {
    const taken: string[] = []
    const queue = [...abandoned]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const adopted = next.startsWith(directory) ? next : await adopt(next, directory)
      if (adopted === undefined) continue
      taken.push(adopted)
      queue.push(...(await flatten(adopted, directory)))
    }
    return taken
  }
  const taken = await Promise.all(takers.map(takeAll))
  const names = taken.flat().map((path) => path.slice(path.lastIndexOf('/') + 1))
  expect(names).toHaveLength(9)
  expect(new Set(names).size).toBe(9)
  for (const path of taken.flat()) expect(path.match(/\/from\//g)).toHaveLength(1)
})
