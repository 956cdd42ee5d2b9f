/**
 * JSON as `JSON.stringify` writes it, each lone surrogate replaced by U+FFFD: as an escape it is legal JSON, but
 * readers that hold texts as UTF-8 refuse it, and with it the whole batch.
 */
export function wellFormedJson(json: string): string {
  // Hardly ever there, and found quickly where it is.
  if (!json.includes('\\ud')) return json
  // A backslash that is data stands twice, and must not lend its second half to what follows.
  return json.replace(/\\(?:\\|ud[89a-f][0-9a-f]{2})/g, (found) => (found === '\\\\' ? found : '\ufffd'))
}
