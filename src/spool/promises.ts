import fs from 'node:fs'

/** `node:fs/promises`. Loaded at the first use, since Node needs a millisecond for it, and few processes have a spool. */
export function promises(): typeof fs.promises {
  return fs.promises
}
