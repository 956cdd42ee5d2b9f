const WIDTH = 30

export interface Progress {
  /** @param done how much of `total` is done */
  show(done: number, total: number): void
  /** Ends the progress line. */
  end(): void
}

/** A progress bar in one line of a terminal; shows nothing when the stream is no terminal. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let shown = ''
  return {
    show(done, total) {
      const share = total === 0 ? 1 : Math.min(1, done / total)
      const full = Math.floor(share * WIDTH)
      const bar = '#'.repeat(full) + '-'.repeat(WIDTH - full)
      const line = `[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${done} of ${total}`
      if (!stream.isTTY || line === shown) return
      shown = line
      stream.write(`\r\x1b[K${line}`)
    },
    end() {
      if (shown !== '') stream.write('\r\x1b[K')
      shown = ''
    },
  }
}
