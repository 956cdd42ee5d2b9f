import { deepStrictEqual as equal } from 'node:assert'
import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { followScript } from '../lib/shop.mjs'

const page = readPage('docs/serverless.md')

export const serverless = [
  {
    page: page.file,
    place: 'Node 26',
    prepare: async (parts) => {
      const project = await emptyProject(parts, { node: 26 })
      await project.install(page.shell('Serverless functions'))
      return project
    },
    steps: {
      wrapHandler: (project) => leaves(project, page.code('Serverless functions'), ['order placed']),
      // The page declares what the platform gives.
      waitUntil: (project) =>
        leaves(
          project,
          `const waitUntil = () => {}\n${page.code('waitUntil').replace(/^declare .*$/m, '')}
import { info } from '@lognitor/opentelemetry'
info('asked')
await GET(new Request('http://shop.example/'))\n`,
          ['asked'],
        ),
      'flush without a wrapper': (project) =>
        leaves(project, page.code('Flush without a wrapper'), ['stock is low']),
      'bundle a function': async (project) => {
        // Types are for the other blocks; the page bundles a JavaScript file.
        const code = page.code('Serverless functions').replace(/: \{ body: string \}/, '')
        project.write({ 'index.mjs': code })
        await project.install(page.shell('Bundle a function'))
        await project.type('rm -r node_modules')
        equal(messages(await followScript(project, 'node out/index.mjs')), ['order placed'])
      },
    },
  },
  ...[
    { place: 'Lambda, Node 26', node: 26, install: 0 },
    { place: 'Lambda, this Node, OpenTelemetry 2', install: 1 },
  ].map(({ place, install, ...reader }) => ({
    page: page.file,
    place,
    prepare: async (parts) => {
      const project = await emptyProject(parts, reader)
      await project.install('npm install pino')
      await project.install(page.shell('Lambda without a code change', install))
      // The page links to the loggers for this one.
      await project.install(`npm install @opentelemetry/instrumentation-pino${install === 0 ? '' : '@0.69'}`)
      project.write({ 'function.js': FUNCTION, 'platform.js': PLATFORM })
      return project
    },
    steps: {
      'Lambda without a code change': async (project) => {
        const lines = page.shell('Lambda without a code change', 2).trim().split('\n')
        const options = lines.find((line) => line.includes('NODE_OPTIONS'))
        const start = `_HANDLER=function.handler LAMBDA_TASK_ROOT=${project.folder} node platform.js; true`
        // The shell says on stderr that the process was killed.
        const { logs } = await followScript(
          project,
          `${options}; ${start}`,
          ({ stderr }) => !stderr.includes('LOGNITOR_'),
        )
        equal(
          logs.map(({ message, trace }) => [message, trace !== undefined]),
          [
            ['item reserved', true],
            ['too little', true],
          ],
        )
      },
    },
  })),
]

/** A function without a word of telemetry. */
const FUNCTION = `const log = require('pino')()
exports.handler = async () => {
  log.info('item reserved')
  throw new RangeError('too little')
}
`

/** Plays the platform: loads the function, invokes it, and freezes the process as soon as it has answered. */
const PLATFORM = `const { handler } = require('./function.js')
const context = {
  awsRequestId: 'b7a3c1',
  functionName: 'orders',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:1:function:orders',
  getRemainingTimeInMillis: () => 3000,
}
handler({}, context).catch(() => process.kill(process.pid, 'SIGKILL'))
`

async function leaves(project, code, expected) {
  project.write({ 'block.mts': code })
  equal(messages(await followScript(project, 'node block.mts')), expected)
}

function messages({ logs }) {
  return logs.map(({ message }) => message)
}
