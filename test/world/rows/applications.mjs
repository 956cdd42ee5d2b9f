import { deepStrictEqual as equal } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInbox } from '../../../dist/testing.mjs'
import { eik } from '../applications/eik.mjs'
import { nodeRed } from '../applications/node-red.mjs'
import { verdaccio } from '../applications/verdaccio.mjs'
import { use } from '../lib/application.mjs'

/** Each is asked the same 50 times, once as it is and once with zero code. */
export const applications = [verdaccio, nodeRed, eik].map((application) => ({
  name: `zero code under ${application.name}`,
  prepare: async (parts) => {
    const place = { node: await parts.node(24), folder: await parts.project(application.project) }
    return bothWays(application, place)
  },
  checks: {
    'the same answers, the same output and the same end': async ({ plain, ours }) => {
      equal(ours.answers, plain.answers)
      equal(certain(ours.stdout, application), certain(plain.stdout, application))
      equal(ours.end, plain.end)
      equal(ours.stderr.match(/\[LOGNITOR_\w+\].*/g), null)
    },
    'a request entry for each request, with the route that the framework chose': async ({
      ours,
      requests,
    }) => {
      const expected = ours.answers.map(({ method, path, status }, index) => [
        method,
        path.split('?')[0],
        // The application broke the connection off.
        status === 'broken' ? 499 : status,
        application.routes[index],
      ])
      equal(
        requests.map(({ method, path, status_code, route }) => [method, path, status_code, route]),
        expected,
      )
    },
    'each line of its log once': async ({ ours, lines }) => equal(lines, application.linesOf(ours.stdout)),
    // An error that waits for the answer to its request may arrive behind a later line.
    'its errors, and nothing else as an error': async ({ errors }) =>
      equal(errors.toSorted(), application.errors.toSorted()),
  },
}))

/** The output without lines that the application writes or not, by itself. */
function certain(stdout, { uncertain }) {
  if (uncertain === undefined) return stdout
  return stdout
    .split('\n')
    .filter((line) => !uncertain.test(line))
    .join('\n')
}

async function bothWays(application, place) {
  const plain = await once(application, place, {})
  const inbox = await startInbox({ port: 0 })
  try {
    const register = join(place.folder, 'node_modules/@lognitor/opentelemetry/dist/register.mjs')
    const ours = await once(application, place, {
      NODE_OPTIONS: `--import ${register}`,
      LOGNITOR_API_KEY: 'test-key',
      LOGNITOR_API_URL: inbox.apiUrl,
    })
    const logs = inbox.logs()
    return {
      plain,
      ours,
      requests: inbox.requests(),
      lines: logs.filter(application.isLine).map(({ message }) => plainText(message, ours)),
      errors: logs
        .filter(({ level, error }) => level === 'error' || level === 'fatal' || error !== undefined)
        .map(({ message }) => plainText(message, ours)),
    }
  } finally {
    await inbox.close()
  }
}

async function once(application, place, env) {
  const own = mkdtempSync(join(tmpdir(), 'lognitor-application-'))
  try {
    const run = await use(application, { ...place, own, env })
    const facts = { own, port: run.port }
    const answers = run.answers.map((answer) => ({ ...answer, body: plainText(answer.body, facts) }))
    return { ...run, ...facts, answers, stdout: plainText(run.stdout, facts) }
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

/** A text without what differs between two runs: times, ids, tokens, the port, the folder, the process. */
function plainText(text, { own, port }) {
  return text
    .replaceAll(own, '<folder>')
    .replaceAll(String(port), '<port>')
    .replace(/"pid":\d+/g, '"pid":0')
    .replace(/eyJ[\w.-]+/g, '<token>')
    .replace(/"token": ?"[^"]+"/g, '"token":"<token>"')
    .replace(/"_rev": ?"[^"]+"/g, '"_rev":"<revision>"')
    .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT/g, '<time>')
    .replace(/\d{1,2} [A-Z][a-z]{2} \d\d:\d\d:\d\d/g, '<time>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b1[78]\d{11}\b/g, '0')
    .replace(/"remotePort":\d+/g, '"remotePort":0')
    .replace(/"created":\d+/g, '"created":0')
    .replace(/(?<=\?v=)[0-9a-f]{12}/g, '<id>')
    .replace(/\b[0-9a-f]{16,}\b/g, '<id>')
}
