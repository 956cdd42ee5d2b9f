import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { followScript } from '../lib/shop.mjs'

const page = readPage('docs/testing.md')

/** What the reader tests. */
const CHECKOUT = {
  commonjs:
    "const { info } = require('@lognitor/opentelemetry')\nexports.checkout = async () => info('Order paid')\n",
  module:
    "import { info } from '@lognitor/opentelemetry'\nexport const checkout = async () => info('Order paid')\n",
}

async function existing(parts, runner) {
  const project = await emptyProject(parts)
  await project.install(page.shell('Testing'))
  await project.install(page.shell(runner))
  return project
}

export const testing = [
  {
    page: page.file,
    place: 'Jest',
    prepare: (parts) => existing(parts, 'Jest'),
    steps: {
      MemoryTransport: (project) => runs(project, page.code('MemoryTransport')),
      'inbox in tests': (project) => runs(project, page.code('The inbox in tests')),
      Jest: async (project) => {
        project.write({ 'checkout.js': CHECKOUT.commonjs, 'checkout.test.js': page.code('Jest') })
        await project.type(page.words(/run by `(npx jest)`/))
      },
    },
  },
  {
    page: page.file,
    place: 'Vitest',
    prepare: (parts) => existing(parts, 'Vitest'),
    steps: {
      Vitest: async (project) => {
        await project.type('npm pkg set type=module')
        project.write({ 'checkout.js': CHECKOUT.module, 'checkout.test.js': page.code('Vitest') })
        await project.type(page.words(/run by `(npx vitest run)`/))
      },
    },
  },
]

/** A block checks itself by `console.assert`, which writes to stderr. */
async function runs(project, code) {
  project.write({ 'block.mjs': code })
  await followScript(project, 'node block.mjs')
}
