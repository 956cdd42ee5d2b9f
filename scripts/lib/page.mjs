import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './install.mjs'

const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}

/** The folder of the page's files, which the inbox imports as `#inbox-page`. */
export const PAGE_FILE = join(root, '.cache/inbox-page.json')

/**
 * Builds the inbox's page into one JSON file: `{ "/assets/page.js": { type, text } }`; a font has `base64` instead of
 * `text`.
 * @returns the modules that went into it
 */
export async function buildPage() {
  const { build } = await import('vite')
  const { output } = await build({
    root: join(root, 'src/inbox/page'),
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [textOnly],
    build: {
      write: false,
      // Each file has an address, because the page's policy allows no data URLs.
      assetsInlineLimit: 0,
      modulePreload: false,
      target: 'es2022',
      rolldownOptions: { output: NAMES },
    },
  })
  const files = output.map(({ fileName, code, source }) => {
    const type = TYPES[fileName.split('.').at(-1)]
    const bytes = Buffer.from(code ?? source)
    return [
      `/${fileName}`,
      type.startsWith('font/')
        ? { type, base64: bytes.toString('base64') }
        : { type, text: bytes.toString() },
    ]
  })
  mkdirSync(dirname(PAGE_FILE), { recursive: true })
  writeFileSync(`${PAGE_FILE}.${process.pid}`, JSON.stringify(Object.fromEntries(files)))
  renameSync(`${PAGE_FILE}.${process.pid}`, PAGE_FILE)
  return output.flatMap((part) => part.moduleIds ?? part.originalFileNames ?? [])
}

/** Removes the only way by which Preact turns a text into markup: dangerouslySetInnerHTML sets a text. */
const textOnly = {
  name: 'text-only',
  transform: (code, id) =>
    /node_modules\/preact\//.test(id) ? code.replaceAll('.innerHTML', '.textContent') : null,
}

const NAMES = {
  entryFileNames: 'assets/page.js',
  chunkFileNames: 'assets/[name].js',
  assetFileNames: ({ names }) => (names[0]?.endsWith('.css') ? 'assets/page.css' : 'assets/[name][extname]'),
}
