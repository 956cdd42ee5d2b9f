// Writes logs and ends in one of several ways.
import { info, init } from '../../../src/index.js'

init()
for (let n = 1; n <= 50; n++) info(`log ${n}`)
const end = () => {
  switch (process.env.END) {
    case 'exit':
      process.exit(3)
      break
    case 'throw':
      throw new Error('over')
    case 'signal':
      process.kill(process.pid, 'SIGTERM')
      setInterval(() => {}, 1000)
  }
}
if (process.env.LATE) setTimeout(end, 500)
else end()
