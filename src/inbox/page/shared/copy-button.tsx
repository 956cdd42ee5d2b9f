import { useState } from 'preact/hooks'
import { Glyph } from './glyph.js'

const SAID_MS = 1500

/** Copies a text that is made when it is asked for, and says that it did. */
export function CopyButton({ text, label }: { text: () => string | Promise<string>; label: string }) {
  const [said, say] = useState<string>()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await text())
      say('Copied')
    } catch {
      say('Not allowed')
    }
    setTimeout(() => say(undefined), SAID_MS)
  }
  return (
    <button type="button" class="button" onClick={copy}>
      <Glyph name="copy" />
      <span aria-live="polite">{said ?? label}</span>
    </button>
  )
}
