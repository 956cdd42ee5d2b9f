import { suite } from '../lib/suite.mjs'
import { checkTypes } from '../lib/types.mjs'

const LINES = [
  { name: 'OpenTelemetry 2.x', project: 'otel-2', sdkTrace: '@opentelemetry/sdk-trace-base' },
  { name: 'OpenTelemetry 3.x', project: 'otel-3', sdkTrace: '@opentelemetry/sdk-trace' },
]
const NODES = [20, 22, 24, 26]
export const FORMS = { mjs: 'ES module', cjs: 'CommonJS' }

/** Both lines of OpenTelemetry, on each line of Node, as ES module and as CommonJS; and their types. */
export const cells = LINES.flatMap(({ name, project, sdkTrace }) => [
  ...NODES.flatMap((version) =>
    Object.entries(FORMS).map(([form, formName]) => ({
      name: `${name}, Node ${version}, ${formName}`,
      prepare: async (parts) => ({
        folder: await parts.project(project),
        command: [await parts.node(version)],
        form,
      }),
      checks: suite,
    })),
  ),
  {
    name: `${name}, TypeScript, strict`,
    prepare: (parts) => parts.project(project),
    checks: { types: (folder) => checkTypes(folder, sdkTrace) },
  },
])
