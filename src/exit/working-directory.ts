import fs from 'node:fs'

/**
 * Calls the function while the working directory exists: no thread starts in one that was removed. Where it was, the
 * process stands in the root until the function returns and then back where it was, which Linux allows; elsewhere, and in
 * a thread, which cannot change it, nothing is changed.
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
    // Not process.cwd(), which may say what it said before.
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
