import type { Level as LevelName } from '../../../wire/level.js'
import './level.css'

/** A sign for each level, so that levels do not differ in colour alone. */
const SIGNS: Readonly<Record<LevelName, string>> = {
  debug: '·',
  info: '•',
  warn: '▲',
  error: '✕',
  fatal: '◆',
}

export function Level({ level }: { level: LevelName }) {
  return (
    <span class={`level ${level}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[level]}
      </span>
      {level}
    </span>
  )
}
