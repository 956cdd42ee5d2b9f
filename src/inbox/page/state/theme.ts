import { signal } from '@preact/signals'
import { remember, remembered } from './remember.js'

const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** The user's choice; `system` follows the operating system. */
export const theme = signal<Theme>('system')

/** Grows when colours change for any reason: charts then read them again. */
export const colours = signal(0)

const KEY = 'lognitor-theme'

export function startTheme(): void {
  const kept = remembered(KEY)
  theme.value = THEMES.find((name) => name === kept) ?? 'system'
  theme.subscribe((name) => {
    document.documentElement.dataset.theme = name
    colours.value++
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    colours.value++
  })
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system'
  remember(KEY, theme.value)
}
