import { join } from 'node:path'
import { writePrograms } from '../lib/programs.mjs'
import { installed } from '../lib/project.mjs'
import { suite } from '../lib/suite.mjs'
import { checkTypes } from '../lib/types.mjs'

const LINES = [
  { name: 'OpenTelemetry 2.x', project: 'otel-2', sdkTrace: '@opentelemetry/sdk-trace-base' },
  { name: 'OpenTelemetry 3.x', project: 'otel-3', sdkTrace: '@opentelemetry/sdk-trace' },
]
const FORMS = { mjs: 'ES module', cjs: 'CommonJS' }

/** Both lines of OpenTelemetry, on each line of Node, as ES module and as CommonJS; and their types. */
export async function cells({ tarball, nodes }) {
  const rows = []
  for (const { name, project, sdkTrace } of LINES) {
    const folder = await installed(project, tarball)
    await writePrograms(folder)
    for (const [version, node] of Object.entries(nodes)) {
      for (const [form, formName] of Object.entries(FORMS)) {
        rows.push({
          name: `${name}, Node ${version}, ${formName}`,
          checks: suite,
          place: { folder, node, form },
        })
      }
    }
    rows.push({
      name: `${name}, TypeScript, strict`,
      checks: { types: () => checkTypes(folder, sdkTrace) },
    })
  }
  return rows
}

/** The path of each Node's binary, by its version. */
export async function installNodes() {
  const folder = await installed('nodes')
  return Object.fromEntries(
    [20, 22, 24, 26].map((version) => [version, join(folder, `node_modules/node-${version}/bin/node`)]),
  )
}
