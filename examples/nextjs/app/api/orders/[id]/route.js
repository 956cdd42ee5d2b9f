import { info, setUser } from '@lognitor/opentelemetry'

export async function GET(request, { params }) {
  const { id } = await params
  const user = request.headers.get('x-user')
  if (user !== null) setUser({ id: user })
  if (id === '0') throw new Error('no such order')
  info('order looked up', { metadata: { order: id } })
  return Response.json({ id })
}
