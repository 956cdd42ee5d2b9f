// Makes its client in the turn in which it ends, or in the last listener of `exit`: argv[2] is `at once` or `in exit`.
const { init } = require('../../../dist/index.cjs')

if (process.argv[2] === 'in exit') {
  process.on('exit', () => init())
} else {
  init()
  process.exit()
}
