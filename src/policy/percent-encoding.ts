/** Decodes percent-encoding. Bytes that are malformed UTF-8 are read one by one; `+` stays. */
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
