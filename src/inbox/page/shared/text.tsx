import type { ComponentChildren } from 'preact'

/** Controls, direction marks and other characters without a shape, but for those that join the parts of an emoji. */
const UNSEEN = /(?![\t\n])(?<!(?:\p{Extended_Pictographic}|\ufe0f)(?=\u200d))[\p{Cc}\p{Cf}\u2028\u2029]/u

/** A foreign text as it is: unseen characters by their code, and no effect on the direction of what stands beside. */
export function Text({ children }: { children: string }) {
  return <bdi class="isolate">{visible(children)}</bdi>
}

/** A text with its unseen characters made visible. */
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

/** Such a text where no elements may stand, as in a title. */
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
