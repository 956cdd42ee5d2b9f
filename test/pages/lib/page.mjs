import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'

const SHELL = ['sh']

/** A page as its reader sees it: `shell` and `code` give the fenced blocks under a heading, counted from 0. */
export function readPage(file) {
  const text = readFileSync(join(root, file), 'utf8')
  const blocks = blocksOf(text)
  const find = (heading, number, isWanted) => {
    const found = blocks.filter((block) => block.heading === heading && isWanted(block.language))[number]
    if (found === undefined) throw new Error(`${file} has no block ${number} of that kind under "${heading}"`)
    return found.text
  }
  return {
    file,
    /** Lines that a reader types. */
    shell: (heading, number = 0) => find(heading, number, (language) => SHELL.includes(language)),
    /** A file that a reader writes. */
    code: (heading, number = 0) => find(heading, number, (language) => !SHELL.includes(language)),
    /** A part of the running text. */
    words: (pattern) => {
      const found = pattern.exec(text)
      if (found === null) throw new Error(`${file} does not say ${pattern}`)
      return found[1]
    },
  }
}

function blocksOf(text) {
  const blocks = []
  let heading = ''
  let open
  for (const line of text.split('\n')) {
    if (open === undefined) {
      heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading
      const language = /^```(\w*)/.exec(line)?.[1]
      if (language !== undefined) open = { heading, language, lines: [] }
    } else if (line === '```') {
      blocks.push({ heading, language: open.language, text: `${open.lines.join('\n')}\n` })
      open = undefined
    } else open.lines.push(line)
  }
  return blocks
}
