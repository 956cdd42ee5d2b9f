/**
 * The text without its trailing slashes. Not with the pattern \/+$, which takes quadratic time for a long row of
 * slashes.
 */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end--
  return text.slice(0, end)
}
