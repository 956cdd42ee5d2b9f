import { connect } from 'node:net'

/**
 * Requests a path repeatedly over a few kept connections, and resolves after `count` answers.
 * @param end the end of each answer, by which a complete answer is recognised
 */
export async function load({ port, path, count, end, connections = 8 }) {
  const request = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'User-Agent: lognitor-bench/1',
    'Accept: */*',
    'Connection: keep-alive',
    '\r\n',
  ].join('\r\n')
  let left = count
  await Promise.all(Array.from({ length: connections }, () => visit()))

  function visit() {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let answer = ''
      const next = () => {
        if (left-- > 0) socket.write(request)
        else socket.end()
      }
      socket.on('connect', next)
      socket.on('error', reject)
      socket.on('close', resolve)
      socket.setEncoding('latin1').on('data', (text) => {
        answer += text
        if (!answer.endsWith(end)) return
        if (!answer.startsWith('HTTP/1.1 200')) return reject(new Error(answer.split('\r\n', 1)[0]))
        answer = ''
        next()
      })
    })
  }
}
