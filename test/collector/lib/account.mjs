import { until } from './processes.mjs'
import { exceptionsOf, logProblem, requestProblem } from './telemetry.mjs'

/**
 * Waits until everything the senders sent is in the inbox, and checks every item.
 * @returns the figures for the table: written, delivered (distinct), repeats of whole batches
 * @throws when an item is missing, doubled or wrong
 */
export async function account(inbox, sent, { limitMs } = {}) {
  const logs = sum(sent, ({ logs }) => logs)
  const errors = sum(sent, ({ spans }) => exceptionsOf(spans))
  const spans = sum(sent, ({ spans }) => spans)
  const told = () => JSON.stringify(inbox.stats())
  const isThere = () => inbox.stats().logs >= logs + errors && inbox.stats().requests >= spans
  await until(isThere, () => `${logs} + ${errors} logs and ${spans} requests arrived: ${told()}`, limitMs)
  // Repeats may still be on their way. A log that comes once more must come in a known batch.
  await quiet(inbox)
  const { logs: taken, requests, duplicateBatches, duplicateRequests } = inbox.stats()
  const problems = [...checkLogs(inbox, sent), ...checkRequests(inbox)]
  if (taken !== logs + errors) problems.push(`${taken} logs were taken, and not ${logs + errors}`)
  if (requests !== spans) problems.push(`${requests} requests were taken, and not ${spans}`)
  if (problems.length > 0) throw new Error(`${problems.length} problems: ${problems.slice(0, 5).join('; ')}`)
  return {
    written: logs + spans,
    delivered: taken - errors + requests,
    repeats: duplicateBatches,
    repeatedRows: duplicateRequests,
  }
}

async function quiet(inbox) {
  let before = ''
  let since = performance.now()
  await until(
    () => {
      const now = JSON.stringify(inbox.stats())
      if (now !== before) since = performance.now()
      before = now
      return performance.now() - since > 700
    },
    () => 'the inbox is quiet',
  )
}

function checkLogs(inbox, sent) {
  const problems = []
  const seen = new Set()
  const ids = new Set()
  const languages = new Map(sent.map(({ run, language }) => [run, language]))
  const wanted = new Set(inbox.requests().map(({ request_id }) => request_id))
  for (const log of inbox.logs()) {
    const id = log.metadata?.['log.record.uid']
    if (typeof id !== 'string' || ids.has(id)) problems.push(`the id ${id} is there twice`)
    ids.add(id)
    if (seen.has(log.message)) problems.push(`${log.message} is there twice`)
    seen.add(log.message)
    const [, run, kind, number] = /^run (\d+) (log|span) (\d+)/.exec(log.message) ?? []
    if (kind === 'log') {
      const problem = logProblem(log, Number(run), Number(number), languages.get(Number(run)))
      if (problem) problems.push(`${log.message}: ${problem}`)
    } else if (kind === 'span') {
      if (log.level !== 'error' || log.error?.type !== 'DbError')
        problems.push(`${log.message}: is no DbError`)
      if (!wanted.has(log.request_id)) problems.push(`${log.message}: its request is not there`)
    } else problems.push(`nobody sent ${log.message}`)
  }
  return problems
}

function checkRequests(inbox) {
  const problems = []
  const ids = new Set()
  for (const entry of inbox.requests()) {
    const language = entry.service?.replace('fleet-', '')
    const number = Number(entry.path.split('/').at(-1))
    const problem = requestProblem(entry, number, language)
    if (problem) problems.push(`${entry.path}: ${problem}`)
    ids.add(entry.request_id)
  }
  if (ids.size !== inbox.requests().length) problems.push('request ids are there twice')
  return problems
}

function sum(items, of) {
  return items.reduce((total, item) => total + of(item), 0)
}
