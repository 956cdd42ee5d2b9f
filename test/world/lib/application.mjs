import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { startService } from './service.mjs'

/**
 * Starts an application, asks it everything, and ends it by SIGTERM.
 * @param application of `test/world/applications`
 * @param node the binary
 * @param folder of the project in which it is installed
 * @param own an empty folder for what it stores
 * @param env what is set beside its own variables
 * @returns `{ answers, stdout, stderr, end }`
 */
export async function use(application, { node, folder, own, env = {} }) {
  const port = await freePort()
  const { args, env: needed } = application.start({ folder, own, port })
  const service = startService(node, args, {
    cwd: own,
    env: { PATH: process.env.PATH, HOME: own, ...needed, ...env },
  })
  try {
    while (!(await listens(port))) {
      if (service.hasEnded()) throw new Error(`${application.name} ended: ${service.told()}`)
    }
    if (application.ready) await service.said(application.ready)
    const answers = await askAll(application.steps({ folder, port }), port)
    await hush(service)
    const end = await service.stop('SIGTERM')
    return { answers, end, stdout: service.stdout(), stderr: service.stderr(), port }
  } finally {
    service.clear()
  }
}

/** Waits until the application writes nothing more: the line about a request may come after its answer. */
async function hush(service) {
  for (let before; before !== service.stdout(); ) {
    before = service.stdout()
    await new Promise((done) => setTimeout(done, 1000))
  }
}

async function askAll(steps, port) {
  const answers = []
  for (const step of steps) {
    const {
      method = 'GET',
      path,
      headers = {},
      body,
      visit,
    } = typeof step === 'function' ? step(answers) : step
    answers.push(visit ? await visit() : await ask({ port, method, path, headers, body }))
  }
  return answers
}

/** The answer to one request, on a connection of its own. */
function ask({ port, method, path, headers, body }) {
  return new Promise((done, fail) => {
    const outgoing = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('latin1').on('data', (piece) => {
        text += piece
      })
      answer.on('end', () => {
        const { 'content-type': type, location } = answer.headers
        done({ method, path, status: answer.statusCode, type, location, body: text })
      })
    })
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

/** Whether the port accepts connections; asked again after 50 ms. */
function listens(port) {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => setTimeout(done, 50, false))
  })
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

/** A form with one part, as browsers and curl -F send it: a file, or a field where `fileName` is undefined. */
export function form(name, content, fileName) {
  const boundary = '----lognitor'
  const file =
    fileName === undefined ? '' : `; filename="${fileName}"\r\ncontent-type: application/octet-stream`
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}
