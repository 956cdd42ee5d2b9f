import type { IngestAnswer, Rejection } from '../../wire/answer.js'
import type { Problem } from '../schema/check.js'
import { footprint, MAX_DEPTH } from '../schema/footprint.js'

/** The result for a list: its answer, and the accepted items, each with its memory beyond its text in bytes. */
export interface Judgement {
  status: 200 | 422
  answer: IngestAnswer
  taken: { item: unknown; bytes: number }[]
}

/** Checks each item of a list. An item with a problem is rejected, with the first problem found. */
export function checkItems(
  items: readonly unknown[],
  check: (item: unknown) => Problem | undefined,
): Judgement {
  const taken: Judgement['taken'] = []
  const errors: Rejection[] = []
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    const bytes = footprint(item)
    const problem = Number.isFinite(bytes) ? check(item) : TOO_DEEP
    if (problem === undefined) taken.push({ item, bytes })
    else errors.push({ index, code: problem.code, field: problem.field, message: problem.message })
  }
  return {
    status: errors.length === 0 ? 200 : 422,
    answer: answer(taken.length, errors.length, errors),
    taken,
  }
}

/** Rejects a whole list for its length, with one error at the first item beyond the limit. */
export function rejectAll(count: number, index: number, field: string, message: string): Judgement {
  return { status: 422, answer: answer(0, count, [{ index, code: 'too_many', field, message }]), taken: [] }
}

const TOO_DEEP: Problem = {
  field: '',
  code: 'too_deep',
  message: `is nested more than ${MAX_DEPTH} levels deep`,
}

function answer(accepted: number, rejected: number, errors: Rejection[]): IngestAnswer {
  return { accepted, rejected, errors, message: `${accepted} accepted, ${rejected} rejected` }
}
