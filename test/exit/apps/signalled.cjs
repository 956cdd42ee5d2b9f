// An application with an open HTTP server and its own listeners of signals.
const { createServer } = require('node:http')

const client = process.env.LOGNITOR_API_KEY ? require('@lognitor/opentelemetry').init() : undefined
const server = createServer()
const say = (word) => process.stdout.write(`${word}\n`)

const [, , idea, order, signal = 'SIGTERM'] = process.argv

const ideas = {
  none: () => {},
  /** Drains for a while, writes logs, and lets the process end by itself. */
  drain: () => {
    process.on('SIGTERM', () => {
      say('draining')
      client?.info('begin to drain')
      server.close()
      setTimeout(() => {
        client?.info('drained')
        say('drained')
      }, 300)
    })
  },
  'close and exit': async () => {
    process.on('SIGTERM', () => server.close(() => setTimeout(() => process.exit(0), 10)))
    await client?.flush()
    client?.info('unsent')
    say('flushed')
  },
  'drain and exit': () => {
    process.on('SIGTERM', () => {
      client?.info('begin to drain')
      setTimeout(() => {
        client?.info('drained')
        process.exit(3)
      }, 300)
    })
  },
  'once and again': () => {
    process.once(signal, () => {
      client?.info('begin to drain')
      setTimeout(() => {
        client?.info('drained')
        process.kill(process.pid, signal)
      }, 100)
    })
  },
  'stay alive': () => {
    process.on('SIGTERM', () => {
      client?.info('not now')
      say('not now')
    })
  },
  'remove all': () => {
    process.on('SIGTERM', () => {
      process.removeAllListeners('SIGTERM')
      client?.info('again')
      process.kill(process.pid, 'SIGTERM')
    })
  },
  'only when alone': () => {
    process.on('SIGTERM', () => {
      if (process.listeners('SIGTERM').length === 1) process.exit(44)
    })
  },
  'signal-exit 4': () => {
    require('signal-exit').onExit((code, signal) => void say(`cleaned up after ${code ?? signal}`))
  },
  'signal-exit 3': () => {
    require('signal-exit-3')((code, signal) => say(`cleaned up after ${code ?? signal}`))
  },
  'both signal-exits': () => {
    ideas['signal-exit 3']()
    ideas['signal-exit 4']()
  },
  'signal-exit 4 and drain': () => {
    ideas['signal-exit 4']()
    ideas.drain()
  },
  'emit it as an event': () => {
    process.on('SIGINT', () => {
      say('draining')
      setTimeout(() => {
        client?.info('drained')
        say('drained')
        process.exit(0)
      }, 100)
    })
    setTimeout(() => process.emit('SIGINT'), 50)
  },
  'emit it to nobody': () => {
    setTimeout(() => process.emit('SIGHUP'), 50)
    setTimeout(() => process.exit(0), 100)
  },
  'all listeners removed': () => {
    process.removeAllListeners(signal)
    client?.info('unsent')
    setTimeout(() => say('listeners removed'))
  },
  'ours removed, others stay': () => {
    const others = process.listeners(signal)
    process.on(signal, () => {})
    for (const listener of others) process.removeListener(signal, listener)
    client?.info('unsent')
    setTimeout(() => {
      process.removeAllListeners(signal)
      say('listeners removed')
    }, 20)
  },
  'raise in exit': () => {
    process.prependListener('exit', () => process.kill(process.pid, signal))
    setTimeout(() => process.exit(3), 50)
  },
  'two at once': () => {
    setTimeout(() => {
      process.kill(process.pid, signal)
      process.kill(process.pid, 'SIGHUP')
    }, 50)
  },
  'exit when asked': () => {
    process.stdin.once('data', () => process.exit(3))
  },
  'throw when asked': () => {
    process.stdin.once('data', () => {
      throw new TypeError('boom')
    })
  },
  'late listener': () => {
    process.on('SIGUSR2', ideas['stay alive'])
  },
}

if (order === 'first') ideas[idea]()
for (let n = 0; n < 50; n++) client?.info(`log ${n}`)
if (order !== 'first') ideas[idea]()
server.listen(0, '127.0.0.1', () => say('up'))
process.on('exit', () => client?.info('at exit'))
