import { useState } from 'preact/hooks'
import { whole } from './format.js'
import { Text } from './text.js'

const FIRST = 5000
const MORE = 200_000

/** A foreign text of any length over several lines. A long one opens in parts: a browser stands still over megabytes. */
export function LongText({ text, label }: { text: string; label: string }) {
  const [length, setLength] = useState(FIRST)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <div class="long-text" tabIndex={0} role="group" aria-label={label}>
      <pre>
        <Text>{text.slice(0, length)}</Text>
      </pre>
      {text.length > length && (
        <button type="button" class="button" onClick={() => setLength(length + MORE)}>
          Show more of {whole(text.length)} characters
        </button>
      )}
    </div>
  )
}
