import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A process, with what tells it from a later process of the same pid. */
export interface RunningProcess {
  readonly pid: number
  readonly parent: number
  readonly started: string
}

/** All descendants of a process. Empty when the system does not say. */
export function descendantsOf(pid: number): readonly RunningProcess[] {
  const all = listProcesses()
  const found = new Map<number, RunningProcess>()
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const each of all) if (each.parent === pid || found.has(each.parent)) found.set(each.pid, each)
  }
  return [...found.values()]
}

/** The processes that still run. */
export function stillRunning(processes: readonly RunningProcess[]): readonly RunningProcess[] {
  if (processes.length === 0) return []
  const running = new Map(listProcesses().map(({ pid, started }) => [pid, started]))
  return processes.filter(({ pid, started }) => running.get(pid) === started)
}

/**
 * Whether a signal from the terminal, such as Ctrl-C, reaches this process and all it has started: a terminal sends it
 * to every process of the foreground group, whatever their standard input is.
 */
export function isInForeground(): boolean {
  // The Windows console sends it to all its processes, and nothing else sends one.
  if (process.platform === 'win32') return true
  if (process.platform === 'linux') {
    const [, , group, , , foreground] = statOf('self')
    return group !== undefined && group === foreground
  }
  const [group, foreground] = ps(['-o', 'pgid=,tpgid=', '-p', String(process.pid)])
    .trim()
    .split(/\s+/)
  return group !== undefined && group === foreground
}

function listProcesses(): readonly RunningProcess[] {
  if (process.platform === 'win32') return []
  if (process.platform === 'linux') return listFromProc()
  return ps(['-A', '-o', 'pid=,ppid=,stat=,lstart='])
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, state, started] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
      return state === undefined || state.startsWith('Z')
        ? []
        : [{ pid: Number(pid), parent: Number(parent), started: `${started}` }]
    })
}

function listFromProc(): readonly RunningProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    const stat = statOf(pid)
    // A zombie has ended; its parent has not yet read its exit code.
    if (stat.length === 0 || stat[0] === 'Z') return []
    return [{ pid: Number(pid), parent: Number(stat[1]), started: `${stat[19]}` }]
  })
}

/**
 * The fields of /proc/<pid>/stat from the state on; the name before it may contain anything. Empty when the process has
 * ended.
 */
function statOf(pid: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function ps(args: readonly string[]): string {
  const options = {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  } as const
  return spawnSync('ps', args, options).stdout ?? ''
}
