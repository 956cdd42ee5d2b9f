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
      await project.install('npm install --save-dev esbuild')
      await project.install('npm install @lognitor/opentelemetry @opentelemetry/api')
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
        await project.type(page.shell('Bundle a function'))
        await project.type('rm -r node_modules')
        equal(messages(await followScript(project, 'node out/index.mjs')), ['order placed'])
      },
    },
  },
]

async function leaves(project, code, expected) {
  project.write({ 'block.mts': code })
  equal(messages(await followScript(project, 'node block.mts')), expected)
}

function messages({ logs }) {
  return logs.map(({ message }) => message)
}
