import { deepStrictEqual as equal } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { FORMS, followShop, freePort, visitAt, writeApplication } from '../lib/shop.mjs'
import { inBothForms } from '../lib/steps.mjs'

const ZERO_CODE = readPage('README.md').shell('Zero code')
/** The newest OpenTelemetry, which the first install line of a page names, needs more than the oldest Node. */
const READERS = [
  { place: 'Node 26', node: 26, install: 0 },
  { place: 'this Node, OpenTelemetry 2', install: 1 },
]
/** The block of a page's set-up that starts the application. */
const START = 2

/** `uses`: what the reader's application had before. `handler`: heading of the page's error handler, and its route. */
const FRAMEWORKS = [
  {
    name: 'express',
    uses: 'express',
    handler: ['Without the Express instrumentation', '/orders/:id'],
    instrumentation: '@opentelemetry/instrumentation-express',
  },
  {
    name: 'fastify',
    uses: 'fastify',
    handler: ['Without @fastify/otel', '/orders/:id'],
    instrumentation: '@fastify/otel',
  },
  {
    name: 'koa',
    uses: 'koa @koa/router',
    handler: ['Without the Koa instrumentation', undefined],
    instrumentation: '@opentelemetry/instrumentation-koa',
  },
  {
    name: 'hapi',
    uses: '@hapi/hapi',
    route: '/orders/{id}',
    handler: ['Without the hapi instrumentation', '/orders/{id}'],
    instrumentation: '@opentelemetry/instrumentation-hapi',
  },
]

/** The heading of the exception filter, the packages of Nest, and how a reader compiles. */
const FILTER = 'Without the Nest instrumentation'
const NEST = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express']
const TSC = [
  `node ${join(root, 'node_modules/typescript/bin/tsc')} src/main.ts --outDir dist --rootDir src --target es2022`,
  '--module nodenext --experimentalDecorators --emitDecoratorMetadata --skipLibCheck --noCheck --ignoreConfig',
].join(' ')

export const frameworks = [...FRAMEWORKS.flatMap(rows), ...nestjs()]

function rows({ name, uses, route, handler: [heading, handlerRoute], instrumentation }) {
  const page = readPage(`docs/frameworks/${name}.md`)
  const shop = { app: name, log: 'client', ...(route && { route }) }
  return READERS.map((reader) => ({
    page: page.file,
    place: reader.place,
    prepare: (parts) => existing(parts, page, uses, reader),
    steps: {
      ...inBothForms('set-up in code', {
        ...shop,
        files: { 'telemetry.mjs': page.code('Set-up') },
        line: page.shell('Set-up', START),
      }),
      ...inBothForms('zero code', { ...shop, line: ZERO_CODE }),
      'error handler': async (project) => {
        await project.type(`npm uninstall ${instrumentation}`)
        await followHandler(project, page.code(heading), handlerRoute)
      },
    },
  }))
}

async function existing(parts, page, uses, { node, install }) {
  const project = await emptyProject(parts, { node })
  await project.install(`npm install ${uses}`)
  await project.install(page.shell('Set-up', install))
  return project
}

/** The page's whole program, on a free port instead of 3000. A warning names the instrumentation that is missing. */
async function followHandler(
  project,
  code,
  route,
  line = 'node --import @lognitor/opentelemetry/register app.mjs',
) {
  const port = await freePort()
  project.write({ 'app.mjs': code.replace('3000', port) })
  await followShop(project, line, {
    warnings: ['LOGNITOR_MISSING_PEER'],
    sends: (program) => visitAt(program, port, '/orders/7'),
    check: ({ logs, requests }) => {
      equal(
        requests.map(({ path, route, status_code }) => [path, route, status_code]),
        [['/orders/7', route, 500]],
      )
      equal(
        logs.filter(({ error }) => error).map(({ error, request_id }) => [error.message, request_id]),
        [['out of stock', requests[0].request_id]],
      )
    },
  })
}

/**
 * The reader of this page compiles `src/main.ts` to `dist/main.js`, and has the version of Nest that the instrumentation
 * supports, or the next one and the page's exception filter.
 */
function nestjs() {
  const page = readPage('docs/frameworks/nestjs.md')
  const program = readFileSync(new URL('../programs/nestjs.ts', import.meta.url), 'utf8')
  const filtered = program
    .replace(/^import .* from '@nestjs\/core'$/m, imports(page))
    .replace(/^( *)(?=.*await app\.listen)/m, (indent) => `${indent}${filterLine(page)}\n${indent}`)
  const row = (version, reader, what, code, warnings = []) => ({
    page: page.file,
    place: `NestJS ${version}, ${reader.place}`,
    prepare: (parts) => {
      const uses = [...NEST.map((name) => `${name}@${version}`), 'reflect-metadata', 'rxjs'].join(' ')
      return existing(parts, page, uses, reader)
    },
    steps: Object.fromEntries(
      Object.keys(FORMS).map((form) => [
        `${what}, ${form}`,
        async (project) => {
          writeApplication(project, { form })
          project.write({ 'src/main.ts': code, 'telemetry.mjs': page.code('Set-up') })
          await project.type(TSC)
          await followShop(project, page.shell('Set-up', START), { warnings })
        },
      ]),
    ),
  })
  return [
    ...READERS.map((reader) => row(11, reader, 'set-up in code', program)),
    row(12, READERS[0], 'exception filter', filtered, ['LOGNITOR_UNSUPPORTED_VERSION']),
  ]
}

/** The block has an empty application; its filter goes into ours. */
function imports(page) {
  return page
    .code(FILTER)
    .split('\n')
    .filter((line) => /^import .*(nestExceptionFilter|@nestjs\/core)/.test(line))
    .join('\n')
}

function filterLine(page) {
  return page
    .code(FILTER)
    .split('\n')
    .find((line) => line.startsWith('app.useGlobalFilters'))
}
