/**
 * A browser can report an invalid language, as Chromium does on a machine with the locale POSIX. Number formatting then
 * throws. This module is imported first, because uPlot formats numbers while it loads.
 */
try {
  Intl.NumberFormat(navigator.language)
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
}
