/** Whether a call of the file system failed because there is no such file, and not because it could not look. */
export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** What a call gives, or the fallback where there is no such file. Any other failure is thrown. */
export async function orIfMissing<T>(fallback: T, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (isMissing(error)) return fallback
    throw error
  }
}
