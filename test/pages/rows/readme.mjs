import { deepStrictEqual as equal } from 'node:assert'
import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { checkShop, followScript, visit, writeApplication } from '../lib/shop.mjs'
import { inBothForms } from '../lib/steps.mjs'

const page = readPage('README.md')

const SETUPS = {
  ...inBothForms('zero code', { line: page.shell('Zero code') }),
  ...inBothForms('set-up in code', {
    files: { 'telemetry.mjs': page.code('Set-up in code') },
    line: page.shell('Set-up in code'),
  }),
}

const PNPM_ADD = page.words(/`(pnpm add[^`]*)`/)

/** The folders of readers: their Node, their package manager, and which of the two install lines they type. */
const READERS = [
  { place: 'npm, this Node, OpenTelemetry 2', install: 1, steps: { ...SETUPS, 'lognitor dev': underDev } },
  { place: 'npm, Node 26', node: 26, install: 0, steps: { ...SETUPS, 'client and inbox': runBlocks } },
  { place: 'pnpm, this Node, OpenTelemetry 2', pnpmAdd: PNPM_ADD, install: 1, steps: SETUPS },
  { place: 'pnpm, Node 26', node: 26, pnpmAdd: PNPM_ADD, install: 0, steps: SETUPS },
]

export const readme = READERS.map(({ place, install, steps, ...reader }) => ({
  page: page.file,
  place,
  prepare: async (parts) => {
    const project = await emptyProject(parts, reader)
    await project.install('npm install express pino')
    await project.install(page.shell('Install', install))
    return project
  },
  steps,
}))

/** The inbox that the page starts together with the program. */
async function underDev(project) {
  writeApplication(project, { form: 'CommonJS' })
  const program = project.start(page.shell('Develop and test without an account'))
  try {
    await visit(program)
    const inbox = /http:\/\/127\.0\.0\.1:\d+/.exec(program.stderr())?.[0]
    equal(inbox !== undefined, true, `an address in: ${program.stderr()}`)
    checkShop(await stored(inbox))
  } finally {
    program.clear()
  }
}

/** What the inbox holds, once what the two requests write is there. */
async function stored(inbox) {
  for (let tries = 0; ; tries++) {
    const lines = (await (await fetch(`${inbox}/inbox/api/export`)).text()).trim().split('\n').filter(Boolean)
    const all = lines.map((line) => JSON.parse(line))
    const of = (wanted) => all.filter(({ kind }) => kind === wanted).map(({ value }) => value)
    if ((of('log').length >= 2 && of('request').length >= 2) || tries === 200)
      return { logs: of('log'), requests: of('request') }
    await new Promise((done) => setTimeout(done, 100))
  }
}

/** The blocks of the client and of the inbox, as whole programs. */
async function runBlocks(project) {
  project.write({
    'client.mjs': page.code('Logs, errors and users from your code'),
    'inbox.mjs': page.code('Develop and test without an account'),
  })
  const { logs, heartbeats } = await followScript(project, 'node client.mjs')
  equal(
    logs.map(({ message, user }) => [message, user?.id]),
    [
      ['Order placed', 'user_123'],
      ['card declined', 'user_123'],
    ],
  )
  equal(heartbeats.length, 1)
  await followScript(project, 'node inbox.mjs')
}
