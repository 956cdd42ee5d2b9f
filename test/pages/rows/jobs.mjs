import { deepStrictEqual as equal } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { readPage } from '../lib/page.mjs'
import { emptyProject } from '../lib/project.mjs'
import { followScript, followShop } from '../lib/shop.mjs'

const page = readPage('docs/jobs.md')
const SCHEDULERS = ['node-cron', 'cron', 'node-schedule']

export const jobs = [
  {
    page: page.file,
    place: 'Node 26',
    prepare: async (parts) => {
      const project = await emptyProject(parts, { node: 26 })
      await project.install(page.shell('Jobs and schedulers'))
      for (const name of SCHEDULERS) await project.install(page.shell(name))
      return project
    },
    steps: {
      ...Object.fromEntries(SCHEDULERS.map((name) => [name, (project) => followScheduler(project, name)])),
      'a script that cron starts': async (project) => {
        project.write({ 'script.mts': page.code('A script that cron starts') })
        equal(arrived(await followScript(project, 'node script.mts')), [['Cleaned'], ['tok_123']])
      },
      'queues and messages': async (project) => {
        project.write({ 'queue.mts': page.code('Queues and messages') })
        const { logs } = await followScript(project, 'node queue.mts')
        equal(
          logs.map(({ error, metadata }) => [error.type, metadata.messageId]),
          [['SyntaxError', 'm1']],
        )
      },
    },
  },
]

/** The page's job runs at three in the morning; here it runs every second, at least once. */
async function followScheduler(project, name) {
  project.write({ 'jobs.mjs': page.code(name).replace('0 3 * * *', '* * * * * *') })
  await followShop(project, 'node jobs.mjs', {
    sends: () => delay(4000),
    check: (arrivals) => {
      const [messages, tokens] = arrived(arrivals)
      equal([messages[0], tokens], ['Report sent', ['tok_123']])
    },
  })
}

function arrived({ logs, heartbeats }) {
  return [logs.map(({ message }) => message), heartbeats.map(({ token }) => token)]
}
