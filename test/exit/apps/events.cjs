// The ways in which a process may end, with and without a client: the tests compare the two.
const { createServer, get } = require('node:http')
const { Worker } = require('node:worker_threads')

const boom = () => {
  throw new TypeError('boom')
}
const spin = (ms) => {
  const until = performance.now() + ms
  while (performance.now() < until);
}
const listen = (server, then) => server.listen(0, '127.0.0.1', () => then(server.address().port))
const signal = (name) => () => {
  listen(createServer(), () => setTimeout(() => process.kill(process.pid, name), 20))
}

exports.events = {
  end: () => {},
  'end with exitCode': () => {
    process.exitCode = 4
  },
  'end after a while': () => setTimeout(() => {}, 100),
  'end with a beforeExit listener': () => process.on('beforeExit', () => console.log('before exit')),
  'end with a beforeExit listener in an outage': () => {
    // By then one batch has failed.
    setTimeout(() => process.on('beforeExit', () => {}), 300)
  },
  'exit after a while': () => setTimeout(() => process.exit(0), 300),
  'exit 0': () => {
    spin(20)
    process.exit(0)
  },
  'exit 7': () => {
    setImmediate(() => {
      spin(20)
      process.exit(7)
    })
  },
  'exit inside exit': () => {
    process.on('exit', () => process.exit(9))
    process.exit(0)
  },
  'throw in an exit listener': () => process.on('exit', boom),
  throw: boom,
  'throw later': () => setTimeout(boom, 10),
  'throw a string': () => {
    throw 'boom'
  },
  'throw in a request': () => {
    listen(createServer(boom), (port) => get({ port }).on('error', () => {}))
  },
  'throw in a thread': () => new Worker('throw new TypeError("boom")', { eval: true }),
  'throw in a handler': () => {
    process.on('uncaughtException', boom)
    throw new Error('first')
  },
  reject: () => void Promise.reject(new TypeError('boom')),
  'reject with a string': () => void Promise.reject('boom'),
  'unhandled and handled': () => {
    process.on('unhandledRejection', (reason) => console.log(`handled ${reason}`))
    Promise.reject(new TypeError('boom'))
  },
  'reject and exit': () => {
    process.on('unhandledRejection', () => process.exit(5))
    Promise.reject(new TypeError('boom'))
  },
  'throw and go on': () => {
    process.on('uncaughtException', (error, origin) => console.log(`handled ${error} ${origin}`))
    setTimeout(boom, 5)
    setTimeout(() => console.log('went on'), 30)
  },
  'reject and go on as an exception': () => {
    process.on('uncaughtException', (error, origin) => console.log(`handled ${error} ${origin}`))
    Promise.reject(new TypeError('boom'))
  },
  'throw and exit': () => {
    process.on('uncaughtException', () => process.exit(6))
    setTimeout(boom, 5)
  },
  'throw into a capture callback': () => {
    process.setUncaughtExceptionCaptureCallback((error) => console.log(`captured ${error}`))
    setTimeout(boom, 5)
  },
  'throw into a capture callback that throws': () => {
    process.setUncaughtExceptionCaptureCallback(() => {
      throw new Error('second')
    })
    setTimeout(boom, 5)
  },
  'throw into a capture callback that exits': () => {
    process.setUncaughtExceptionCaptureCallback(() => process.exit(3))
    setTimeout(boom, 5)
  },
  'throw into a domain that goes on': () => {
    const domain = require('node:domain').create()
    domain.on('error', (error) => console.log(`handled ${error}`)).run(() => setTimeout(boom, 5))
  },
  'throw into a domain whose handler throws': () => {
    const domain = require('node:domain').create()
    domain.on('error', () => {
      throw new Error('second')
    })
    domain.run(() => setTimeout(boom, 5))
  },
  'reject into a capture callback that throws': () => {
    process.setUncaughtExceptionCaptureCallback(() => {
      throw new Error('second')
    })
    Promise.reject(new TypeError('boom'))
  },
  'exit by the binding': () => process.reallyExit(4),
  SIGTERM: signal('SIGTERM'),
  SIGINT: signal('SIGINT'),
  SIGHUP: signal('SIGHUP'),
  SIGQUIT: signal('SIGQUIT'),
  SIGUSR2: signal('SIGUSR2'),
}
