/** The text without the slashes it ends with. Not by \/+$, which goes over a row of slashes once for each of them. */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end--
  return text.slice(0, end)
}
