import type { ComponentChildren } from 'preact'

/** Control characters, direction marks and other invisible characters, except those that join the parts of an emoji. */
const UNSEEN = /(?![\t\n])(?<!(?:\p{Extended_Pictographic}|\ufe0f)(?=\u200d))[\p{Cc}\p{Cf}\u2028\u2029]/u

/**
 * A foreign text: invisible characters are shown by their code, and text direction has no effect on what stands beside.
 */
export function Text({ children }: { children: string }) {
  return <bdi class="isolate">{visible(children)}</bdi>
}

/** A text with its invisible characters made visible. */
export function visible(text: string): ComponentChildren {
  if (!UNSEEN.test(text)) return text
  return text.split(new RegExp(`(${UNSEEN.source})`, 'u')).map((part) =>
    UNSEEN.test(part) ? (
      <span class="control" key={undefined}>
        {codeOf(part)}
      </span>
    ) : (
      part
    ),
  )
}

/** The same as a plain string, for places without elements, such as a title. */
export function plain(text: string): string {
  return text.replace(new RegExp(UNSEEN.source, 'gu'), codeOf)
}

function codeOf(character: string): string {
  if (character === '\r') return '␍'
  const code = character.codePointAt(0) ?? 0
  return code < 0x20
    ? String.fromCharCode(0x2400 + code)
    : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
