import { builtin } from '../common/builtin.js'

const fs = builtin('node:fs')

/**
 * Calls the function in an existing working directory, because no thread starts in a deleted one. If the directory is
 * deleted, the process changes to the root during the call, and back to the deleted directory afterwards, which only
 * Linux allows. On other systems, and in a worker thread, which cannot change the directory, nothing is changed.
 */
export function inWorkingDirectory<T>(fn: () => T): T {
  const goBack = leaveRemoved()
  try {
    return fn()
  } finally {
    goBack?.()
  }
}

function leaveRemoved(): (() => void) | undefined {
  try {
    // process.cwd() may return a cached value.
    fs.realpathSync.native('.')
    return undefined
  } catch {
    return leave()
  }
}

function leave(): (() => void) | undefined {
  let directory: number | undefined
  try {
    directory = fs.openSync('.', 'r')
    const wayBack = `/proc/self/fd/${directory}`
    fs.statSync(wayBack)
    process.chdir('/')
    const opened = directory
    return () => {
      process.chdir(wayBack)
      fs.closeSync(opened)
    }
  } catch {
    if (directory !== undefined) fs.closeSync(directory)
    return undefined
  }
}
