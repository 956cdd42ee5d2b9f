import { join } from 'node:path'
import { installTools, npmProject, packed } from './project.mjs'

/** What is installed for many rows, each once and only when a row asks for it. */
export class Parts {
  #made = new Map()

  tarball() {
    return this.#once('tarball', packed)
  }

  /** A project that npm has installed, see `npmProject`; under another name it is one of its own. */
  project(name, as = name) {
    return this.#once(`project ${as}`, async () => npmProject(name, await this.tarball(), as))
  }

  /** The binary of a line of Node, such as 22. */
  async node(version) {
    return join(await this.#tools('nodes'), `node-${version}/bin/node`)
  }

  /** A file of a package manager or process manager. */
  async tool(file) {
    return join(await this.#tools('tools'), file)
  }

  async #tools(name) {
    try {
      return join(await this.#once(name, () => installTools(name)), 'node_modules')
    } catch (error) {
      throw new Unavailable(`the registry did not give it: ${error.message}`)
    }
  }

  #once(name, make) {
    if (!this.#made.has(name)) this.#made.set(name, make())
    return this.#made.get(name)
  }
}

/** A place that cannot be had on this machine; the message says why. */
export class Unavailable extends Error {}
