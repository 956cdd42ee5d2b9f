// A process object that a security library has locked: argv[2] names the method that throws or cannot be replaced.
const { init } = require('../../../dist/index.cjs')

const locked = process.argv[2]
if (locked === 'everything') {
  Object.freeze(process)
} else if (locked === 'emit') {
  Object.defineProperty(process, 'emit', { value: process.emit, writable: false, configurable: false })
} else {
  process[locked] = () => {
    throw new Error('nobody may listen here')
  }
}
const client = init()
client.info('still here')
client.flush().then((delivered) => console.log('delivered', delivered))
