import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { followShop } from '../lib/shop.mjs'

const page = readPage('docs/bundlers.md')
const express = readPage('docs/frameworks/express.md')

const APP = `import './telemetry.mjs'
import { info } from '@lognitor/opentelemetry'
import { expressErrorHandler } from '@lognitor/opentelemetry/instrumentation'
import express from 'express'

const app = express()
app.get('/orders/:id', (req, res) => {
  info('order looked up')
  res.json({ id: req.params.id })
})
app.get('/boom', () => {
  throw new TypeError('card declined')
})
app.use(expressErrorHandler())
const server = app.listen(0, '127.0.0.1', () => process.stdout.write(\`listening on \${server.address().port}\\n\`))
`

/**
 * The page's `app.ts` is the set-up in code, a framework inside the bundle with its error handler, and the client as
 * logger. Next.js is followed by npm run test:world.
 */
export const bundlers = [
  {
    page: page.file,
    place: 'Express, Node 26',
    prepare: async (parts) => {
      const project = await emptyProject(parts, { node: 26 })
      await project.install('npm install express esbuild')
      await project.install(express.shell('Set-up'))
      project.write({ 'telemetry.mjs': express.code('Set-up'), 'app.ts': APP })
      return project
    },
    steps: {
      'esbuild, ES modules': async (project) => {
        await project.type(page.shell('esbuild, ES modules'))
        await project.type('mv node_modules away')
        await followShop(project, 'node app.mjs')
      },
    },
  },
]
