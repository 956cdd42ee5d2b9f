/** Keeps a choice of the user in this browser. A browser without storage starts without it each time. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // The choice then holds until the page is closed.
  }
}

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}
