import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { OF_METADATA } from '../../api/columns.js'
import { Glyph } from '../shared/glyph.js'
import { Menu } from '../shared/menu.js'
import { Text } from '../shared/text.js'
import './column-menu.css'
import { CHOICES, columns, isFull, showUsualColumns, switchColumn, titleOf } from './columns.js'
import type { Rows } from './rows.js'

/** Rows whose metadata keys are offered. */
const ROWS = 200
const KEYS = 12

/** The choice of the columns in the list of logs. */
export function ColumnMenu({ rows }: { rows: Rows | undefined }) {
  return (
    <Menu
      label="Columns"
      shown={
        <>
          <Glyph name="columns" /> Columns
        </>
      }
    >
      <Choices title="Columns" names={CHOICES} />
      <OfMetadata rows={rows} />
      <button type="button" class="button quiet" onClick={showUsualColumns}>
        The usual columns
      </button>
    </Menu>
  )
}

function OfMetadata({ rows }: { rows: Rows | undefined }) {
  // The rows change in place.
  void rows?.version.value
  const chosen = columns().filter((name) => name.startsWith(OF_METADATA))
  return (
    <Choices title="Metadata" names={[...new Set([...chosen, ...keysIn(rows)])]}>
      <KeyInput />
    </Choices>
  )
}

function Choices({
  title,
  names,
  children,
}: {
  title: string
  names: readonly string[]
  children?: ComponentChildren
}) {
  const shown = columns()
  return (
    <fieldset class="column-choice">
      <legend>{title}</legend>
      {names.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={shown.includes(name)}
            disabled={!shown.includes(name) && isFull()}
            onChange={() => switchColumn(name)}
          />
          <Text>{titleOf(name)}</Text>
        </label>
      ))}
      {children}
    </fieldset>
  )
}

function KeyInput() {
  const [key, setKey] = useState('')
  const submit = (event: Event) => {
    event.preventDefault()
    if (key.trim() !== '' && !columns().includes(OF_METADATA + key.trim()))
      switchColumn(OF_METADATA + key.trim())
    setKey('')
  }
  return (
    <form onSubmit={submit}>
      <input
        class="field"
        aria-label="A key of the metadata as a column"
        placeholder="order.id"
        autocomplete="off"
        spellcheck={false}
        maxLength={190}
        value={key}
        onInput={({ currentTarget }) => setKey(currentTarget.value)}
      />
      <button type="submit" class="button" disabled={key.trim() === ''}>
        Add
      </button>
    </form>
  )
}

/** Metadata keys of the newest rows as columns, the most frequent first. */
function keysIn(rows: Rows | undefined): string[] {
  const counts = new Map<string, number>()
  for (let index = 0; index < Math.min(ROWS, rows?.count ?? 0); index++) {
    for (const field of rows?.at(index)?.fields ?? []) {
      const name = OF_METADATA + field.slice(0, field.indexOf('='))
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, KEYS)
    .map(([name]) => name)
}
