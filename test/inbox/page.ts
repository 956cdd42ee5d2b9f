import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { until } from './support.js'

/** A stand-in for the browser's DOM that draws nothing, and writes down all that is asked of it. */
export class WatchedDom {
  /** Of the elements that were made. */
  readonly tags = new Set<string>()
  readonly attributes = new Set<string>()
  /** That were set on elements. */
  readonly properties = new Set<string>()
  /** Of the document, that were asked for. */
  readonly methods = new Set<string>()
  /** That became text nodes. */
  readonly texts: string[] = []
  readonly #rows: (() => void)[] = []
  #isDrawn = false

  /** Whether the page has said how it stands with the inbox, which it does when it has shown what it found. */
  get isDrawn(): boolean {
    return this.#isDrawn
  }

  /** Opens every row of the tables. */
  openRows(): void {
    for (const open of this.#rows) open()
  }

  readonly document = new Proxy(
    {
      createElement: (tag: string) => this.#make(tag),
      createElementNS: (_: string, tag: string) => this.#make(tag),
      getElementById: () => this.#element(),
      querySelector: () => this.#element(),
      querySelectorAll: () => [this.#element()],
    },
    {
      get: (target, name) => {
        this.methods.add(String(name))
        return Reflect.get(target, name)
      },
    },
  )

  #make(tag: string): object {
    this.tags.add(tag)
    return this.#element(tag)
  }

  #element(tag?: string): object {
    const take = (...children: unknown[]) => {
      for (const child of children) if (!(child instanceof FakeNode)) this.texts.push(String(child))
    }
    const known = {
      children: [],
      value: '',
      name: 'q',
      parentElement: { classList: { toggle: () => {} } },
      addEventListener: (name: string, listen: (event: object) => void) => {
        if (tag === 'tr' && name === 'click')
          this.#rows.push(() => listen({ target: { closest: () => null } }))
      },
      setAttribute: (name: string) => void this.attributes.add(name),
      querySelector: () => null,
      querySelectorAll: () => [],
      append: take,
      prepend: take,
      replaceChildren: take,
      after: take,
    }
    return new Proxy(Object.assign(new FakeNode(), known), {
      set: (target, name, value) => {
        this.properties.add(String(name))
        if (name === 'textContent') this.texts.push(String(value))
        if (name === 'className' && (value === 'live' || value === 'lost')) this.#isDrawn = true
        return Reflect.set(target, name, value)
      },
    })
  }
}

class FakeNode {}

/**
 * Runs the page's own scripts, as the inbox serves them, until they have drawn: what they still did at the end of
 * the test would find the browser gone.
 * @param search what stands behind the `?` of its address, that included
 */
export async function runPage(url: string, search = ''): Promise<WatchedDom> {
  const { fetch } = globalThis
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-page-'))
  for (const name of ['dom', 'errors', 'filters', 'logs', 'main', 'routes']) {
    writeFileSync(join(folder, `${name}.js`), await (await fetch(`${url}/assets/${name}.js`)).text())
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const dom = new WatchedDom()
  stand(dom, url, search)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  await import(/* @vite-ignore */ pathToFileURL(join(folder, 'main.js')).href)
  await until(() => dom.isDrawn, 'the page has drawn')
  return dom
}

/** What a script finds in a browser. */
function stand(dom: WatchedDom, url: string, search: string): void {
  const { fetch } = globalThis
  const found: Record<string, unknown> = {
    document: dom.document,
    Node: FakeNode,
    location: { search, pathname: '/', origin: url },
    history: { replaceState: () => {}, pushState: () => {} },
    addEventListener: () => {},
    fetch: (path: string, init?: RequestInit) => fetch(new URL(path, url), init),
    EventSource: class {
      addEventListener() {}
    },
  }
  for (const [name, value] of Object.entries(found)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    onTestFinished(() => {
      if (before) Object.defineProperty(globalThis, name, before)
      else Reflect.deleteProperty(globalThis, name)
    })
  }
}
