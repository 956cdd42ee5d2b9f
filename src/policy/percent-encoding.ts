/** Percent-decoded, except that what is malformed as UTF-8 is read byte by byte; `+` stays. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/(?:%[\da-f]{2})+/gi, (sequence) => {
    try {
      return decodeURIComponent(sequence)
    } catch {
      return Buffer.from(sequence.replaceAll('%', ''), 'hex').toString('latin1')
    }
  })
}
