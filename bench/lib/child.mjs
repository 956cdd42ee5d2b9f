// A process that measures: it says when it is ready, then answers one command after the other.
import { fork } from 'node:child_process'

/**
 * Starts a process of {@link serve} and resolves once it is ready.
 * @param file its module, as a URL
 */
export async function startChild(file, args, options = {}) {
  const child = fork(file, args.map(String), options)
  let answered = () => {}
  const ended = new Promise((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${args.join(' ')}: the process ended with ${code}`)))
  })
  ended.catch(() => {})
  child.on('message', (message) => answered(message))
  const answer = () =>
    Promise.race([
      ended,
      new Promise((resolve) => {
        answered = resolve
      }),
    ])
  await answer()
  return {
    /** Sends the command and resolves to its result. */
    ask(command, ...values) {
      child.send({ command, values })
      return answer()
    },
    stop: () => child.kill('SIGKILL'),
  }
}

/** Answers the commands of the parent: each is a function, called with the values of the command. */
export function serve(commands) {
  process.on('message', async ({ command, values }) => {
    process.send({ result: await commands[command](...values) })
  })
  process.on('disconnect', () => process.exit())
  process.send('ready')
}
