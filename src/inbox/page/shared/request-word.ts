/** The parts of a request whose name on the wire is not a word. */
const WORDS: Readonly<Record<string, string>> = {
  url: 'address',
  status_code: 'status',
  duration_ms: 'duration',
  timestamp: 'started',
  request_id: 'request id',
  ip: 'client address',
  user_agent: 'user agent',
}

/** A part of a request in words. A part that is not known keeps its name. */
export function requestWord(name: string): string {
  return Object.hasOwn(WORDS, name) ? (WORDS[name] ?? name) : name
}
