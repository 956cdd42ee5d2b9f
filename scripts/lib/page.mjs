import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './install.mjs'

const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Where the files of the page are put together, for the inbox to import as `#inbox-page`. */
export const PAGE_FILE = join(root, '.cache/inbox-page.json')

/**
 * Builds the page of the inbox into one JSON file: `{ "/assets/page.js": { type, text } }`.
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
      // Each file has an address: the page's policy allows no data address.
      assetsInlineLimit: 0,
      modulePreload: false,
      target: 'es2022',
      rolldownOptions: { output: NAMES },
    },
  })
  const files = output.map(({ fileName, code, source }) => [
    `/${fileName}`,
    { type: TYPES[fileName.split('.').at(-1)], text: code ?? Buffer.from(source).toString() },
  ])
  mkdirSync(dirname(PAGE_FILE), { recursive: true })
  writeFileSync(`${PAGE_FILE}.${process.pid}`, JSON.stringify(Object.fromEntries(files)))
  renameSync(`${PAGE_FILE}.${process.pid}`, PAGE_FILE)
  return output.flatMap((part) => part.moduleIds ?? [])
}

/** Takes the one way out of Preact by which a text could become markup: what would be set as markup is set as a text. */
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
