/**
 * A browser can state a language that is none, as Chromium does on a machine with the locale POSIX, and what formats
 * numbers in it throws. Imported before all else: uPlot formats while it loads.
 */
try {
  Intl.NumberFormat(navigator.language)
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
}
