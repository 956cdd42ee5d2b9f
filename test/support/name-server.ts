import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const TYPES = { 1: 'A', 28: 'AAAA' } as const

export interface NameServer {
  /** The address in the form that `dns.setServers` takes. */
  readonly address: string
  close(): void
}

/**
 * A name server on loopback that knows these names. It answers every other question with no records.
 * @param addresses by name, with an IPv6 address as its 16 bytes
 */
export async function startNameServer(
  addresses: Readonly<Record<string, { readonly A?: readonly number[]; readonly AAAA?: readonly number[] }>>,
): Promise<NameServer> {
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address }) => {
    const { name, end } = readName(question)
    const type = TYPES[question.readUInt16BE(end) as keyof typeof TYPES]
    const data = type && addresses[name]?.[type]
    const header = Buffer.from(question.subarray(0, 12))
    header.writeUInt16BE(0x8180, 2)
    header.writeUInt16BE(data === undefined ? 0 : 1, 6)
    header.writeUInt32BE(0, 8)
    const asked = question.subarray(12, end + 4)
    const answer = data === undefined ? Buffer.alloc(0) : record(question.readUInt16BE(end), data)
    socket.send(Buffer.concat([header, asked, answer]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() }
}

/** A resource record for the name in the question. */
function record(type: number, data: readonly number[]): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(60, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, Buffer.from(data)])
}

function readName(question: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = question[at] as number; length > 0; length = question[at] as number) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}
