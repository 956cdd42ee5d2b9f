import { projectOf } from '../lib/project.mjs'
import { suite } from '../lib/suite.mjs'
import { FORMS } from './cells.mjs'

const MANAGERS = {
  'pnpm, nothing hoisted': async (parts) => {
    const pnpm = await parts.tool('.bin/pnpm')
    const settings = {
      'pnpm-workspace.yaml':
        'hoist: false\nshamefullyHoist: false\nignoreScripts: true\nstrictPeerDependencies: true\n',
    }
    const folder = await projectOf('pnpm', 'otel-2', await parts.tarball(), [pnpm, 'install'], settings)
    return { folder, command: [process.execPath] }
  },
  "Yarn, Plug'n'Play": async (parts) => {
    const yarn = [process.execPath, await parts.tool('@yarnpkg/cli-dist/bin/yarn.js')]
    const settings = {
      '.yarnrc.yml':
        'nodeLinker: pnp\nenableTelemetry: false\nenableScripts: false\nenableGlobalCache: false\n',
      'yarn.lock': '',
    }
    const folder = await projectOf(
      'yarn',
      'otel-2',
      await parts.tarball(),
      [...yarn, 'install', '--no-immutable'],
      settings,
    )
    return { folder, command: [...yarn, 'node'] }
  },
}

/** npm installs the projects of all other rows. */
export const packageManagers = Object.entries(MANAGERS).flatMap(([name, prepare]) =>
  Object.entries(FORMS).map(([form, formName]) => ({
    name: `${name}, ${formName}`,
    prepare: async (parts) => ({ ...(await once(prepare, parts)), form }),
    checks: suite,
  })),
)

const prepared = new Map()

/** Both rows of a package manager use one project. */
function once(prepare, parts) {
  if (!prepared.has(prepare)) prepared.set(prepare, prepare(parts))
  return prepared.get(prepare)
}
