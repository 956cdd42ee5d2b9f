import { get } from 'node:http'

/** How reading a stream ended: whether it had begun, or what the server said against it. */
export interface StreamOutcome {
  isConnected: boolean
  refusal?: string
}

/** A log has at most 256 KiB; what is far longer than that is not from an inbox. */
const MAX_EVENT_LENGTH = 4 * 1024 * 1024

/** Reads server-sent events and hands on the data of each, until the stream ends. */
export function readEvents(address: URL, onData: (data: string) => void): Promise<StreamOutcome> {
  return new Promise((resolve) => {
    const request = get(address, { headers: { accept: 'text/event-stream' } }, (response) => {
      response.setEncoding('utf8')
      const isStream = response.statusCode === 200
      let rest = ''
      response.on('data', (piece: string) => {
        rest += piece
        if (isStream) rest = takeEvents(rest, onData)
        if (rest.length > MAX_EVENT_LENGTH) response.destroy()
      })
      response.on('error', () => {})
      response.on('close', () => {
        resolve(isStream ? { isConnected: true } : { isConnected: true, refusal: rest.slice(0, 500) })
      })
    })
    request.on('error', () => resolve({ isConnected: false }))
  })
}

/** Hands on all whole events of a text. @returns what follows the last of them. */
function takeEvents(text: string, onData: (data: string) => void): string {
  const events = text.split('\n\n')
  const rest = events.pop() ?? ''
  for (const event of events) {
    const data = event.split('\n').find((line) => line.startsWith('data: '))
    const isLog = event.startsWith('event: log\n')
    if (isLog && data !== undefined) onData(data.slice('data: '.length))
  }
  return rest
}
