// Starts a program that receives OTLP, and reads what the kernel counts about it.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

/** Clock ticks a second, in which the kernel counts processor time. */
const MS_A_TICK = 10
const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url))

/** `lognitor gateway` that delivers to `sink`. @param before a command that runs it, such as `sh -c ... "$@"` */
export async function startGateway(sink, { args = [], before = [] } = {}) {
  const [port] = await freePorts(1)
  const listen = ['gateway', '--listen', String(port), ...args]
  const [command, ...rest] = [...before, process.execPath, CLI, ...listen]
  const child = spawn(command, rest, {
    env: { PATH: process.env.PATH, LOGNITOR_API_KEY: 'bench', LOGNITOR_API_URL: sink },
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  return started(child, `http://127.0.0.1:${port}`, `http://127.0.0.1:${port}/readyz`)
}

/** Waits until `health` answers. `stop()` ends the program. */
export async function started(child, url, health) {
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = new Promise((resolve) => child.once('exit', resolve)).finally(() => process.off('exit', kill))
  const isUp = () =>
    fetch(health).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isUp())) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    url,
    pid: child.pid,
    ended,
    stop: () => {
      child.kill()
      return ended
    },
  }
}

/** User and system time of all threads, ended ones included. */
export function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MS_A_TICK
}

/** The most resident memory that the process ever had. */
export function peakMiB(pid) {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
}

export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const probe = createServer().listen(0, '127.0.0.1', () => resolve(probe))
        }),
    ),
  )
  const ports = servers.map((probe) => probe.address().port)
  await Promise.all(servers.map((probe) => new Promise((resolve) => probe.close(resolve))))
  return ports
}
