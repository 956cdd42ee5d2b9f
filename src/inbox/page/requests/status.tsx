import { Badge } from '../shared/badge.js'

const NAMES: Readonly<Record<number, string>> = { 499: 'the client closed the connection' }

/** An HTTP status, by its class. */
export function Status({ status }: { status: number | undefined }) {
  if (status === undefined) return <Badge kind="quiet">no status</Badge>
  const kind = status >= 500 ? 'bad' : status >= 400 ? 'warn' : status >= 300 ? 'quiet' : 'good'
  return (
    <span title={NAMES[status]}>
      <Badge kind={kind}>{status}</Badge>
    </span>
  )
}
