import { setImmediate as turn } from 'node:timers/promises'
import type { ImportAnswer } from '../api/shapes.js'
import type { Store } from '../data/store.js'
import { takeLine } from './line.js'
import { linesIn } from './lines.js'

const MAX_PROBLEMS = 20
/** Lines that are read before the event loop runs other work. */
const LINES_A_TURN = 500

/** Adds all lines of a file or a request body to a store. Counts the refused lines and names the first of them. */
export async function takeLines(store: Store, pieces: AsyncIterable<Buffer>): Promise<ImportAnswer> {
  const answer: ImportAnswer = { imported: 0, refused: 0, problems: [] }
  let number = 0
  for await (const line of linesIn(pieces)) {
    number++
    let problem: string | undefined = 'Too long.'
    if (line !== undefined)
      store.quietly(() => {
        problem = takeLine(store, line)
      })
    if (problem === undefined) answer.imported++
    else {
      answer.refused++
      if (answer.problems.length < MAX_PROBLEMS) answer.problems.push(`Line ${number}: ${problem}`)
    }
    if (number % LINES_A_TURN === 0) await turn()
  }
  return answer
}
