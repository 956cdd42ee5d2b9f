import fc from 'fast-check'

/** A unique text, so that a test finds it in any remains. */
const NAME = 'zebrafish'

/** Secrets that the built-in patterns and the test's own pattern must find. */
export const secret: fc.Arbitrary<string> = fc.constantFrom(
  `${NAME}@example.com`,
  `a+${NAME}@mail.example.co.uk`,
  '4929 7226 5379 7141',
  '4929722653797141',
  '4929-7226-5379-7141',
  '987-65-4329',
  `Bearer ${NAME}.abc-1`,
)

interface Spelled {
  readonly words: string
  make(): unknown
}

const json = (text: string) => JSON.stringify({ text, list: [text] })
const escaped = (text: string) =>
  text.replace(/[^A-Za-z0-9]/g, (c) => `\\u00${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
const percented = (text: string) =>
  [...text].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')

const TEXTS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'within words': (text) => `to ${text}, again`,
  lines: (text) => `a\n${text}\r\nb`,
  'json in a string': json,
  'json in json': (text) => JSON.stringify(json(text)),
  'escapes of json': (text) => `{"a":"${escaped(text)}"}`,
  'percent-encoded': encodeURIComponent,
  'all percent-encoded': percented,
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'form-encoded': (text) => `a=1&b=${encodeURIComponent(text).replaceAll('%20', '+')}&c=2`,
  'a URL': (text) => `https://h.example/p?q=${encodeURIComponent(text)}#f`,
  'a URL within a URL': (text) => `/login?next=${encodeURIComponent(`/x?m=${encodeURIComponent(text)}`)}`,
  'user of a URL': (text) => `https://${encodeURIComponent(text)}:pw@h.example/`,
  'matrix parameter': (text) => `/orders;m=${encodeURIComponent(text)}/7`,
  base64: (text) => Buffer.from(`to ${text} or so`).toString('base64'),
}

const VALUES: Readonly<Record<string, (text: string) => unknown>> = {
  'a number': (text) => (/^\d{16}$/.test(text) ? Number(text) : text),
  'a bigint': (text) => (/^\d{16}$/.test(text) ? BigInt(text) : text),
  'a buffer': (text) => Buffer.from(text),
  'a buffer in json': (text) => Buffer.from(text).toJSON(),
  bytes: (text) => new TextEncoder().encode(`<${text}>`),
  'an array buffer': (text) => new Uint8Array([...Buffer.from(text)]).buffer,
  'a data view': (text) => new DataView(new Uint8Array([...Buffer.from(text)]).buffer),
  'wide characters': (text) => Buffer.from(text, 'utf16le'),
  'a boxed text': (text) => Object(text),
  'a symbol': (text) => Symbol(text),
  'a RegExp': (text) => new RegExp(text),
  'message of an error': (text) => new Error(`no ${text}`),
  'a URL object': (text) => new URL(`https://h.example/?m=${encodeURIComponent(text)}`),
  'what throws it': (text) =>
    Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error(text)
      },
    }),
}

export function spelling(text: string, kinds: 'texts' | 'all' = 'all'): fc.Arbitrary<Spelled> {
  const spellings = Object.entries(kinds === 'texts' ? TEXTS : { ...TEXTS, ...VALUES })
  return fc.constantFrom(...spellings).map(([name, spell]) => {
    const words = `${text} as ${name}`
    return { words, make: () => spell(text), [fc.toStringMethod]: () => words } as Spelled
  })
}

const TRACES = [NAME, '4929722653797141', '987-65-4329']

/** Traces of secrets in a body, in any encoding. */
export function revealed(body: string): string[] {
  const seen = readings(body).map((text) => `${text}\n${text.replaceAll(/[ -]/g, '')}`)
  return TRACES.filter((trace) => seen.some((text) => text.includes(trace)))
}

/** The text itself, and what a reader may decode from it. */
function readings(body: string): string[] {
  let text = body
  const all = [text]
  for (let depth = 0; depth < 3; depth++) {
    text = text
      .replaceAll('\\\\', '\\')
      .replace(/\\u00([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
      .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    all.push(text)
  }
  const bytes = [...body.matchAll(/"([A-Za-z0-9+/]{8,}={0,2})"/g)].map(([, encoded = '']) =>
    Buffer.from(encoded, 'base64').toString('latin1').replaceAll('\0', ''),
  )
  const lists = [...body.matchAll(/\[((?:\d{1,3},){7,}\d{1,3})\]/g)].map(([, list = '']) =>
    String.fromCharCode(...list.split(',').map(Number)),
  )
  return [...all, ...bytes, ...lists]
}
