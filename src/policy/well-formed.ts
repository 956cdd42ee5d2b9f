/**
 * JSON as `JSON.stringify` writes it, with each lone surrogate replaced by U+FFFD. As an escape a lone surrogate is
 * legal JSON, but readers that store texts as UTF-8 refuse it, and with it the whole batch.
 */
export function wellFormedJson(json: string): string {
  // Lone surrogates are rare, and this test is fast.
  if (!json.includes('\\ud')) return json
  // A backslash that is data is written twice. It is matched as a pair, so that its second half is not read as an
  // escape.
  return json.replace(/\\(?:\\|ud[89a-f][0-9a-f]{2})/g, (found) => (found === '\\\\' ? found : '\ufffd'))
}
