/** Whether a file system call failed because the file does not exist, and not because it could not be looked up. */
export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** The result of a call, or the fallback if the file does not exist. Throws any other failure. */
export async function orIfMissing<T>(fallback: T, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (isMissing(error)) return fallback
    throw error
  }
}
