import { expect, onTestFinished, test } from 'vitest'
import type { RowsAnswer } from '../../src/inbox/api/shapes.js'
import { startInbox } from '../../src/testing/index.js'
import { batchOf, call, get, logWith, post } from './support.js'

test('rows have the columns that the call asks for, in the list and in the stream', async () => {
  const inbox = await startInbox()
  onTestFinished(() => inbox.close())
  const columns = 'column=version&column=meta.order.id&column=meta.a.b&column=meta.__proto__'
  const stream = await fetch(`${inbox.url}/inbox/api/stream?events=rows&${columns}`)
  const metadata = { order: { id: 17 }, 'a.b': ['x'] }
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ version: '2.1', metadata }), logWith()))
  const wanted = [{ version: '2.1', 'meta.order.id': '17', 'meta.a.b': '["x"]' }, undefined]
  const { rows } = await get<RowsAnswer>(inbox, `rows?${columns}`)
  expect(rows.map((row) => row.columns).reverse()).toEqual(wanted)
  let text = ''
  for await (const piece of stream.body ?? []) {
    text += Buffer.from(piece).toString()
    if (text.includes('event: rows') && text.endsWith('\n\n')) break
  }
  const { rows: sent } = JSON.parse(/data: (\{"rows".*)/.exec(text)?.[1] ?? '{}') as RowsAnswer
  expect(sent.map((row) => row.columns)).toEqual(wanted)
  for (const wrong of ['column=message', 'column=meta.', 'column=version&'.repeat(9)])
    expect((await call(`${inbox.url}/inbox/api/rows?${wrong}`)).status).toBe(400)
})
