/** Shorter, it is a word of any text. */
const SHORTEST_KEY = 8

/** The text with `***` wherever it holds the API key. */
export function hideKey(text: string, key = ''): string {
  return key.length < SHORTEST_KEY ? text : text.replaceAll(key, '***')
}
