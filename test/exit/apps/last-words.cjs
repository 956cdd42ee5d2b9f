// Writes a log when hardly any listener of the end is left to run.
const { init } = require('@lognitor/opentelemetry')
const [, , moment] = process.argv

/** A transport of the application's own, which needs a running event loop. */
const transport = {
  send: async ({ path, headers, body }) => {
    const url = process.env.LOGNITOR_API_URL + path
    const answer = await fetch(url, { method: 'POST', headers, body })
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
  },
}
const client = init(moment.endsWith('by a transport of its own') ? { transport } : {})
const write = () => client.info(moment)

const moments = {
  'an exit listener that exits itself': () => {
    process.on('exit', () => {
      write()
      process.exit(5)
    })
  },
  'the last exit listener of a process that exits': () => {
    process.on('exit', write)
    process.exit(0)
  },
  'an exit listener that throws after a crash': () => {
    process.on('exit', () => {
      write()
      throw new Error('second')
    })
    throw new Error('first')
  },
  'a beforeExit listener': () => process.once('beforeExit', write),
  'a beforeExit listener, by a transport of its own': () => process.once('beforeExit', write),
  execve: () => {
    write()
    const { execPath, env } = process
    process.execve(execPath, [execPath, '-e', 'console.log("another program")'], env)
  },
}
moments[moment]()
