import { signal } from '@preact/signals'

const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** The user's choice; `system` follows the operating system. */
export const theme = signal<Theme>('system')

/** Grows when colours change for any reason: charts then read them anew. */
export const colours = signal(0)

const KEY = 'lognitor-theme'

export function startTheme(): void {
  const kept = read()
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
  try {
    localStorage.setItem(KEY, theme.value)
  } catch {
    // A browser without storage starts with the system's theme each time.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}
