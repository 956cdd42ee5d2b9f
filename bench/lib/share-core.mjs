import { execFileSync } from 'node:child_process'

/**
 * Has the main thread of a process run on the first core alone. Other threads, such as those of the garbage collector,
 * run on any. Does nothing where there is no `taskset`.
 */
export function shareCore(pid) {
  try {
    execFileSync('taskset', ['--pid', '--cpu-list', '0', String(pid)], { stdio: 'ignore' })
  } catch {
    // Not Linux.
  }
}
