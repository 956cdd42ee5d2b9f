import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { go, type View } from './address.js'
import { remember, remembered } from './remember.js'

/** Keys and their actions while a part of the page is shown. */
export type Keys = Readonly<Record<string, () => void>>

/** Views by the letter after `g`. */
export const VIEW_KEYS: Readonly<Record<string, View>> = {
  l: 'logs',
  e: 'errors',
  r: 'requests',
  t: 'traces',
  m: 'monitors',
  v: 'releases',
  f: 'feedback',
  a: 'alerts',
  h: 'health',
  x: 'faults',
}

export const isHelpOpen = signal(false)

/** Whether single keys act. Software that types by voice or by eyes may need them switched off. */
export const areKeysOn = signal(remembered('lognitor-keys') !== 'off')

export function switchKeys(): void {
  areKeysOn.value = !areKeysOn.peek()
  remember('lognitor-keys', areKeysOn.peek() ? 'on' : 'off')
}

const SEQUENCE_MS = 1500
const layers: { keys: Keys }[] = []

/** Binds keys while the component is shown. The newest layer that binds a key gets it. */
export function useKeys(keys: Keys): void {
  const layer = useRef({ keys })
  layer.current.keys = keys
  useEffect(() => {
    const own = layer.current
    layers.push(own)
    return () => void layers.splice(layers.indexOf(own), 1)
  }, [])
}

export function startKeys(): void {
  let leadAt = 0
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (isTyping(event.target)) {
      if (event.key !== 'Escape') return
      // In a menu, Escape closes the menu.
      if ((event.target as HTMLElement).closest('.menu-body') === null) {
        ;(event.target as HTMLElement).blur()
        return
      }
    }
    const isSecond = event.timeStamp - leadAt < SEQUENCE_MS && !isHelpOpen.peek() && areKeysOn.peek()
    const view = isSecond ? VIEW_KEYS[event.key] : undefined
    leadAt = event.key === 'g' ? event.timeStamp : 0
    const act = view === undefined ? meaningOf(event) : () => go(view)
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}

function meaningOf(event: KeyboardEvent): (() => void) | undefined {
  if (!areKeysOn.peek() && event.key.length === 1) return undefined
  if (event.key === '?') return switchHelp
  // Behind the dialog nothing moves.
  if (isHelpOpen.peek() && event.key !== 'Escape') return undefined
  if (event.key === '/') return focusFilter
  // Within an opened log or request, the arrows scroll it.
  if (event.key.startsWith('Arrow') && (event.target as Element).closest('.drawer-body')) return undefined
  // On a button or a link, Enter activates that element.
  if (event.key === 'Enter' && (event.target as Element).closest('a, button, summary, input'))
    return undefined
  for (const { keys } of layers.toReversed()) {
    if (Object.hasOwn(keys, event.key)) return keys[event.key]
  }
  return undefined
}

function switchHelp(): void {
  isHelpOpen.value = !isHelpOpen.value
}

function focusFilter(): void {
  document.querySelector<HTMLInputElement>('[data-filter-input]')?.focus()
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement && target.type === 'checkbox') return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}
