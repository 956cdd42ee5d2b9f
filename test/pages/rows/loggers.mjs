import { deepStrictEqual as equal } from 'node:assert'
import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { followScript, writeApplication } from '../lib/shop.mjs'
import { inBothForms } from '../lib/steps.mjs'

const page = readPage('docs/loggers.md')
const ZERO_CODE = readPage('README.md').shell('Zero code')
const EXPRESS = readPage('docs/frameworks/express.md').shell('Set-up').trim()
const SDK = EXPRESS.split(' ').filter((word) => !word.endsWith('-express'))
const LOGGERS = ['pino', 'winston', 'bunyan', 'console']

/** The packages that the page's table names for a logger. */
function packagesOf(logger) {
  const cell = page.words(new RegExp(`^\\| ${logger} [^|]*\\|([^|]+)\\|`, 'm'))
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
}

export const loggers = [
  {
    page: page.file,
    place: 'Express, Node 26',
    prepare: async (parts) => {
      const project = await emptyProject(parts, { node: 26 })
      await project.install('npm install express pino winston bunyan')
      await project.install([EXPRESS, ...LOGGERS.flatMap(packagesOf)].join(' '))
      return project
    },
    steps: {
      ...Object.assign(
        {},
        ...LOGGERS.map((log) => inBothForms(`${log}, zero code`, { log, line: ZERO_CODE })),
      ),
    },
  },
  {
    page: page.file,
    place: 'pino alone, Node 26',
    prepare: async (parts) => {
      const project = await emptyProject(parts, { node: 26 })
      await project.install('npm install pino')
      await project.install([...SDK, ...packagesOf('pino')].join(' '))
      return project
    },
    steps: {
      'in code': (project) => followPino(project, page.code('Loggers')),
      'level of a logger': (project) => followPino(project, page.code('Log level of a logger')),
    },
  },
]

/** A script that writes one line, with the page's set-up before it. */
async function followPino(project, telemetry) {
  writeApplication(project, { form: 'ES modules' })
  project.write({
    'telemetry.mjs': telemetry,
    'script.js': "import { log } from './log.js'\nlog.info('hello')\n",
  })
  const line = 'node --import ./telemetry.mjs script.js'
  // Node 26 says that it will replace the line for the loader hook, which the page announces.
  const { logs } = await followScript(project, line, ({ stderr }) => !/LOGNITOR_/.test(stderr))
  equal(
    logs.map(({ level, message, service }) => [level, message, service]),
    [['info', 'hello', 'shop']],
  )
}
