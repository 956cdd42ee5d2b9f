import type { IngestAnswer, Rejection } from '../../wire/answer.js'
import type { Problem } from '../schema/check.js'
import { countNodes, MAX_DEPTH } from '../schema/nodes.js'

/** What became of a list: its answer, and the items that were taken, each with the number of its values. */
export interface Judgement {
  status: 200 | 422
  answer: IngestAnswer
  taken: { item: unknown; nodes: number }[]
}

/** Looks at each item of a list; each that has a problem is refused, by the first one found. */
export function judgeItems(
  items: readonly unknown[],
  check: (item: unknown) => Problem | undefined,
): Judgement {
  const taken: Judgement['taken'] = []
  const errors: Rejection[] = []
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    const nodes = countNodes(item)
    const problem = Number.isFinite(nodes) ? check(item) : TOO_DEEP
    if (problem === undefined) taken.push({ item, nodes })
    else errors.push({ index, code: problem.code, field: problem.field, message: problem.message })
  }
  return {
    status: errors.length === 0 ? 200 : 422,
    answer: answer(taken.length, errors.length, errors),
    taken,
  }
}

/** Refuses a whole list for its length, by one entry at the first item too many. */
export function rejectAll(count: number, index: number, field: string, message: string): Judgement {
  return { status: 422, answer: answer(0, count, [{ index, code: 'too_many', field, message }]), taken: [] }
}

/** About how many bytes a parsed item holds: its text, and what the engine adds to each value. */
export function memoryWeight(bytes: number, nodes: number): number {
  return Math.ceil(bytes + nodes * 32)
}

const TOO_DEEP: Problem = {
  field: '',
  code: 'too_deep',
  message: `is nested more than ${MAX_DEPTH} levels deep`,
}

function answer(accepted: number, rejected: number, errors: Rejection[]): IngestAnswer {
  return { accepted, rejected, errors, message: `${accepted} accepted, ${rejected} rejected` }
}
