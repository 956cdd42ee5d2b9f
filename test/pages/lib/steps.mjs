import { FORMS, followShop, writeApplication } from './shop.mjs'

/**
 * A step in both module kinds: writes the files of a page and the application, types the start line, and checks what
 * arrives.
 * @param what the step's name
 * @param files files of the page, by name
 * @param line the page's start line
 * @param options of `writeApplication` and `followShop`
 */
export function inBothForms(what, { files = {}, line, app, log, ...options }) {
  return Object.fromEntries(
    Object.keys(FORMS).map((form) => [
      `${what}, ${form}`,
      async (project) => {
        writeApplication(project, { form, app, log })
        project.write(files)
        await followShop(project, line, options)
      },
    ]),
  )
}
