/**
 * Characters that steer a terminal, or change the order or the lines in which text is shown: C0 and C1 controls,
 * marks of direction, line and paragraph separators, and the rest of the invisible ones. The joiners stay: scripts
 * and emoji need them.
 */
const CONTROL = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Foreign text as one line of a terminal, in which nothing steers it. */
export function printable(text: string): string {
  return text.replace(/\r?\n/g, ' ↵ ').replaceAll('\t', ' ').replace(CONTROL, escaped)
}

/** JSON in one line that means the same and holds no such character. */
export function printableJson(json: string): string {
  // Within strings, where alone JSON can hold them; between its parts there is white space at most.
  return json
    .replace(/[\t\r\n]/g, ' ')
    .replace(CONTROL, (character) =>
      [...Array(character.length).keys()]
        .map((n) => `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`)
        .join(''),
    )
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number
  const digits = code.toString(16)
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`
}
