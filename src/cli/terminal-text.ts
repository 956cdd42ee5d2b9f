/**
 * Characters that control a terminal, or change the order or the lines of text: C0 and C1 controls, direction marks,
 * line and paragraph separators, and other invisible characters. Joiners are not included: scripts and emoji need them.
 */
const CONTROL = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** A foreign text as one line for a terminal, without control characters. */
export function printable(text: string): string {
  return text.replace(/\r?\n/g, ' ↵ ').replaceAll('\t', ' ').replace(CONTROL, escaped)
}

/** JSON as one line, with the same meaning and without control characters. */
export function printableJson(json: string): string {
  // JSON can contain such characters only within strings; between its tokens there is at most white space.
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
