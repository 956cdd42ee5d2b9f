/** A shorter text may occur anywhere, and is not replaced. */
const SHORTEST_KEY = 8

/** The text with each occurrence of the API key replaced by `***`. */
export function hideKey(text: string, key = ''): string {
  return key.length < SHORTEST_KEY ? text : text.replaceAll(key, '***')
}
