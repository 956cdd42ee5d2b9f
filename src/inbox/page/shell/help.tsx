import { useEffect, useRef } from 'preact/hooks'
import '../shared/switch.css'
import { areKeysOn, isHelpOpen, switchKeys, useKeys, VIEW_KEYS } from '../state/keys.js'
import './help.css'
import { TITLES } from './nav.js'

const KEYS: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['/'], 'Filter'],
  [['j', '↓'], 'Next row'],
  [['k', '↑'], 'Row before'],
  [['Enter'], 'Open the row'],
  [['Esc'], 'Close, or leave the field'],
  [['p'], 'Pause and go on (logs)'],
  [['?'], 'These keys'],
]

/** The list of keys, in a dialog. */
export function Help() {
  return isHelpOpen.value ? <HelpWindow /> : null
}

function HelpWindow() {
  const dialog = useRef<HTMLDialogElement>(null)
  const close = () => {
    isHelpOpen.value = false
  }
  useKeys({ Escape: close })
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="help" ref={dialog} aria-labelledby="help-title" onClose={close}>
      <header class="row">
        <h2 id="help-title">Keyboard</h2>
        <span class="spring" />
        <button type="button" class="button quiet" aria-pressed={areKeysOn.value} onClick={switchKeys}>
          Single keys
          <span class="switch" aria-hidden="true" />
        </button>
        <button type="button" class="button quiet" onClick={close}>
          Close
        </button>
      </header>
      <div class="columns">
        <dl class="keys">
          {KEYS.map(([keys, meaning]) => (
            <div key={meaning}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <dl class="keys">
          {Object.entries(VIEW_KEYS).map(([key, view]) => (
            <div key={key}>
              <dt>
                <kbd>g</kbd>
                <kbd>{key}</kbd>
              </dt>
              <dd>{TITLES[view]}</dd>
            </div>
          ))}
        </dl>
      </div>
    </dialog>
  )
}
