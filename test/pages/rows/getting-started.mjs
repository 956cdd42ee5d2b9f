import { match } from 'node:assert'
import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { followScript, writeApplication } from '../lib/shop.mjs'
import { inBothForms } from '../lib/steps.mjs'

const page = readPage('docs/getting-started.md')

const IN_CODE = page.code('NodeSDK in code')
const LOAD = page.shell('NodeSDK in code')
const DOCTOR = page.shell('Check that data arrives').split('\n')

/** The page's "Node.js 22.15 or later", and the install line for what is older. */
export const gettingStarted = [
  {
    page: page.file,
    place: 'all packages, OpenTelemetry 2',
    prepare: (parts) => existing(parts, { line: page.shell('Install', 1) }),
    steps: {
      ...inBothForms('zero code', { line: page.shell('Zero code') }),
      ...inBothForms('NodeSDK in code', { files: { 'telemetry.mjs': IN_CODE }, line: LOAD }),
      ...inBothForms('NODE_OPTIONS', {
        files: { 'telemetry.mjs': IN_CODE },
        line: 'node app.js',
        env: { NODE_OPTIONS: '--import ./telemetry.mjs' },
      }),
      ...inBothForms('CommonJS set-up file', {
        files: { 'telemetry.cjs': page.code('CommonJS set-up file') },
        line: 'node --require ./telemetry.cjs app.js',
      }),
      ...inBothForms('each part by hand', {
        files: { 'telemetry.mjs': withInstrumentations(page.code('Set up each part by hand')) },
        line: LOAD,
      }),
    },
  },
  {
    page: page.file,
    place: 'all packages, Node 26',
    prepare: (parts) => existing(parts, { node: 26, line: page.shell('Install') }),
    steps: {
      ...inBothForms('NodeSDK in code', { files: { 'telemetry.mjs': IN_CODE }, line: LOAD }),
      'doctor, zero code': (project) => findsNothing(project, DOCTOR[0]),
      'doctor, set-up in code': (project) => findsNothing(project, DOCTOR[1]),
    },
  },
  {
    page: page.file,
    place: 'fewer packages, Node 26',
    prepare: (parts) => existing(parts, { node: 26, line: page.shell('Install fewer packages') }),
    steps: {
      ...inBothForms('zero code', { line: page.shell('Zero code') }),
      ...inBothForms('NodeSDK in code', {
        files: { 'telemetry.mjs': page.code('Install fewer packages') },
        line: LOAD,
      }),
    },
  },
]

async function existing(parts, { node, line }) {
  const project = await emptyProject(parts, { node })
  await project.install('npm install express pino')
  await project.install(line)
  return project
}

/** The block lists the HTTP instrumentation alone; a reader adds those of the framework and the logger. */
function withInstrumentations(code) {
  const imports = ['express', 'pino'].map(
    (name) => `import * as ${name} from '@opentelemetry/instrumentation-${name}'\n`,
  )
  const list = 'new express.ExpressInstrumentation(), new pino.PinoInstrumentation(), '
  return imports.join('') + code.replace('instrumentations: [', `instrumentations: [${list}`)
}

/** The doctor runs the program, which here serves until it is stopped, and ends with 0 when nothing is wrong. */
async function findsNothing(project, line) {
  writeApplication(project, { form: 'CommonJS' })
  project.write({ 'telemetry.mjs': IN_CODE })
  const { stderr } = await followScript(project, line, (ending) => ending.stdout === NOTHING_WRONG)
  match(stderr, /listening on/)
}

const NOTHING_WRONG = 'lognitor doctor found nothing wrong.\n'
