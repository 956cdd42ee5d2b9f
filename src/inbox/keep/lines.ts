import { StringDecoder } from 'node:string_decoder'

/** Longest line that is read, in characters. A longer line is given as `undefined`. */
const MAX_LINE_LENGTH = 4 * 1024 * 1024

/** The lines of a byte stream, however it is divided into chunks, without the empty ones. */
export async function* linesIn(pieces: AsyncIterable<Buffer>): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isTooLong = false
  for await (const piece of pieces) {
    const lines = (rest + decoder.write(piece)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (isTooLong) yield undefined
      else if (line.trim() !== '') yield line
      isTooLong = false
    }
    if (rest.length <= MAX_LINE_LENGTH) continue
    rest = ''
    isTooLong = true
  }
  rest += decoder.end()
  if (isTooLong) yield undefined
  else if (rest.trim() !== '') yield rest
}
