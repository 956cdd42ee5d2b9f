import { useState } from 'preact/hooks'
import type { ImportAnswer } from '../../api/shapes.js'
import { counted } from '../shared/format.js'
import { Glyph } from '../shared/glyph.js'
import { Menu } from '../shared/menu.js'
import { callInbox } from '../state/call.js'

/** Export, import and emptying, which are rarely used. */
export function More() {
  const [said, say] = useState('')
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
  return (
    <Menu label="Data" shown={<Glyph name="more" />} class="quiet icon-only">
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
    </Menu>
  )
}
