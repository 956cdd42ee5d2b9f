// Writes export requests, up to the largest body that the gateway takes. In protobuf, `field(number, bytes)` is a field
// with a length; in JSON, items are texts.
const LARGEST = 64 * 1024 * 1024
/** Room for what stands around the items. */
const FRAME = 4096
const TIME = '1790000000000000000'

/** As many items as fit into a body, and at most `most`. */
function filled(itemOf, most) {
  const items = []
  let length = FRAME
  for (let n = 0; n < most; n++) {
    const item = itemOf(n)
    length += Buffer.byteLength(item) + 1
    if (length > LARGEST) break
    items.push(item)
  }
  return items
}

/** Log records in JSON. @param fieldsOf the fields of the record with this number */
export function jsonLogs(fieldsOf, most = Number.POSITIVE_INFINITY) {
  const recordOf = (n) => JSON.stringify({ timeUnixNano: TIME, severityNumber: 9, ...fieldsOf(n) })
  return jsonBody('logs', `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${filled(recordOf, most)}]}]}]}`)
}

/** One log record in JSON, with a list of items at a place in it. @param around the texts before and behind the list */
export function jsonLog([before, behind], itemOf) {
  const items = filled((n) => JSON.stringify(itemOf(n)), Number.POSITIVE_INFINITY)
  return jsonBody(
    'logs',
    `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{${before}[${items}]${behind}}]}]}]}`,
  )
}

export function jsonSpans(fieldsOf, most = Number.POSITIVE_INFINITY) {
  const spanOf = (n) => {
    const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: n.toString(16).padStart(16, '1') }
    return JSON.stringify({ ...ids, kind: 2, startTimeUnixNano: TIME, endTimeUnixNano: TIME, ...fieldsOf(n) })
  }
  return jsonBody('traces', `{"resourceSpans":[{"scopeSpans":[{"spans":[${filled(spanOf, most)}]}]}]}`)
}

function jsonBody(signal, text) {
  return { path: `/v1/${signal}`, type: 'application/json', body: Buffer.from(text) }
}

export function jsonText(key, value) {
  return { key, value: { stringValue: value } }
}

/** A field of protobuf that begins with its length. */
export function field(number, content) {
  const bytes = Buffer.from(content)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

function varint(number) {
  const bytes = []
  let rest = number
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}

export function repeated(count, bytesOf) {
  return Buffer.concat(Array.from({ length: count }, (_, n) => bytesOf(n)))
}

/** An attribute of a log record. @param value the field of its AnyValue */
export function attribute(key, value) {
  return field(6, keyValue(key, value))
}

export function keyValue(key, value) {
  return Buffer.concat([field(1, key), field(2, value)])
}

/** Log records in protobuf. @param attributesOf the attributes of the record with this number */
export function protobufLogs(attributesOf, most = Number.POSITIVE_INFINITY, scope = Buffer.alloc(0)) {
  const time = Buffer.alloc(9, 9)
  time.writeBigUInt64LE(BigInt(TIME), 1)
  const records = filled((n) => field(2, Buffer.concat([time, attributesOf(n)])), most)
  const body = field(1, field(2, Buffer.concat([scope, ...records])))
  return { path: '/v1/logs', type: 'application/x-protobuf', body }
}
