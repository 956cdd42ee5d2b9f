import { useEffect, useRef, useState } from 'preact/hooks'
import type { ImportAnswer } from '../../api/shapes.js'
import { counted } from '../shared/format.js'
import { Glyph } from '../shared/glyph.js'
import { callInbox } from '../state/call.js'
import { useKeys } from '../state/keys.js'

/** Export, import and emptying, which are rarely used. */
export function More() {
  const [said, say] = useState('')
  const details = useRef<HTMLDetailsElement>(null)
  useKeys({
    Escape: () => {
      if (details.current !== null) details.current.open = false
    },
  })
  const take = async (file: File | undefined) => {
    if (file === undefined) return
    say('Importing …')
    try {
      const { imported, refused, problems } = await callInbox<ImportAnswer>('import', {
        method: 'POST',
        body: file,
      })
      say(
        `${counted(imported, 'line')} imported${refused > 0 ? `, ${refused} refused. ${problems[0] ?? ''}` : '.'}`,
      )
    } catch (error) {
      say(error instanceof Error ? error.message : String(error))
    }
  }
  const empty = async () => {
    try {
      await callInbox('data', { method: 'DELETE' })
      say('Emptied.')
    } catch (error) {
      say(error instanceof Error ? error.message : String(error))
    }
  }
  // A click elsewhere closes the menu.
  useEffect(() => {
    const onPress = ({ target }: Event) => {
      if (details.current?.open && !details.current.contains(target as Node)) details.current.open = false
    }
    addEventListener('pointerdown', onPress)
    return () => removeEventListener('pointerdown', onPress)
  }, [])
  return (
    <details class="more" ref={details}>
      <summary class="button quiet icon-only" aria-label="Data" title="Data">
        <Glyph name="more" />
      </summary>
      <div class="more-menu">
        <a class="button quiet" href="/inbox/api/export" download>
          Export as NDJSON
        </a>
        <label class="button quiet">
          Import NDJSON …
          <input
            class="hidden"
            type="file"
            accept=".ndjson,.jsonl,.json,.txt"
            onChange={({ currentTarget }) => take(currentTarget.files?.[0])}
          />
        </label>
        <button type="button" class="button quiet" onClick={empty}>
          Empty the inbox
        </button>
        <p class="quiet-text" role="status">
          {said}
        </p>
      </div>
    </details>
  )
}
