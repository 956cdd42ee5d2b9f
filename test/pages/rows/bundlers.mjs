import { deepStrictEqual as equal } from 'node:assert'
import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { followShop, freePort, visitAt } from '../lib/shop.mjs'

const page = readPage('docs/bundlers.md')
const express = readPage('docs/frameworks/express.md')

/** The page's program with a free port instead of 3000, and a route that fails. */
const APP = page
  .code('Prepare the program')
  .replace('app.use(', "app.get('/boom', () => { throw new TypeError('card declined') })\napp.use(")
  .replace(
    'app.listen(3000)',
    "const server = app.listen(0, '127.0.0.1', () => process.stdout.write('listening on ' + server.address().port + '\\n'))",
  )

/** By the heading of each bundler: the file of its settings, and the bundle that it writes. */
const BUNDLERS = {
  'esbuild, CommonJS': { bundle: 'out/app.cjs' },
  'esbuild, ES modules': { bundle: 'out/app.mjs' },
  webpack: { settings: 'webpack.config.cjs', bundle: 'out/app.cjs' },
  Rolldown: { bundle: 'out/app.cjs' },
  Rollup: { settings: 'rollup.config.mjs', bundle: 'out/app.cjs', endOfSetUp: page.code('Rollup', 1) },
}

const READERS = [
  { place: 'Express, Node 26', node: 26, install: 0 },
  { place: 'Express, this Node, OpenTelemetry 2', install: 1 },
]

export const bundlers = [
  ...READERS.map(({ place, install, ...reader }) => ({
    page: page.file,
    place,
    prepare: async (parts) => {
      const project = await emptyProject(parts, reader)
      await project.install('npm install express')
      await project.install(express.shell('Set-up', install))
      project.write({ 'app.js': APP })
      return project
    },
    steps: Object.fromEntries(
      Object.entries(BUNDLERS).map(([heading, { settings, bundle, endOfSetUp = '' }]) => [
        heading,
        async (project) => {
          await project.type('npm pkg set type=module')
          if (settings) project.write({ [settings]: page.code(heading) })
          project.write({ 'telemetry.mjs': `${express.code('Set-up')}${endOfSetUp}` })
          await project.type(page.shell(heading))
          await project.type('mv node_modules away')
          try {
            await followShop(project, `node ${bundle}`)
          } finally {
            await project.type('mv away node_modules')
          }
        },
      ]),
    ),
  })),
  ...READERS.map(({ place, install, ...reader }) => ({
    page: page.file,
    place: place.replace('Express', 'Next.js'),
    prepare: async (parts) => {
      const project = await emptyProject(parts, reader)
      // What create-next-app writes has no such line.
      await project.type('npm pkg delete type')
      await project.install('npm install next react react-dom')
      await project.install(page.shell('Next.js', install))
      project.write({ 'instrumentation.js': page.code('Next.js'), ...SITE })
      await project.type('npx next build')
      return project
    },
    steps: { 'next start': followNext },
  })),
]

/** A page and an API route of the reader. */
const SITE = {
  'app/layout.js': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>\n',
  'app/shop/[item]/page.js': `import { info } from '@lognitor/opentelemetry'

export const dynamic = 'force-dynamic'

export default async function Item({ params }) {
  const { item } = await params
  info('item looked up')
  return <p>{item}</p>
}
`,
  'app/api/orders/[id]/route.js': "export const GET = () => { throw new TypeError('card declined') }\n",
}

async function followNext(project) {
  const port = await freePort()
  await followShop(project, `npx next start -H 127.0.0.1 -p ${port}`, {
    sends: async (program) => {
      await visitAt(program, port, '/shop/tea')
      await visitAt(program, port, '/api/orders/7')
    },
    check: ({ logs, requests }) => {
      equal(
        requests.map(({ path, route, status_code }) => [path, route, status_code]),
        [
          ['/shop/tea', '/shop/[item]', 200],
          ['/api/orders/7', '/api/orders/[id]', 500],
        ],
      )
      equal(
        logs.map(({ message, request_id, trace }) => [message, request_id, trace !== undefined]),
        [
          ['item looked up', requests[0].request_id, true],
          ['card declined', requests[1].request_id, true],
        ],
      )
    },
  })
}
