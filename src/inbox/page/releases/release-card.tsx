import type { ErrorSeriesAnswer, LatencyAnswer } from '../../api/shapes.js'
import type { ErrorGroup } from '../../data/error-groups.js'
import type { RegisteredRelease } from '../../data/releases.js'
import { TrendBadge } from '../errors/trend-badge.js'
import { Ago } from '../shared/ago.js'
import { Badge } from '../shared/badge.js'
import { counted, whole } from '../shared/format.js'
import { Sparkline } from '../shared/sparkline.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'
import { useCall } from '../state/call.js'
import { Change } from './change.js'

const TEXT_LENGTH = 2000
const ERRORS_SHOWN = 12

/** A release: its facts, what changed in its requests, and its new errors. */
export function ReleaseCard({
  release,
  before,
  groups,
  series,
}: {
  release: RegisteredRelease
  /** The release before it, of the same services. */
  before: RegisteredRelease | undefined
  groups: readonly ErrorGroup[]
  series: ErrorSeriesAnswer | undefined
}) {
  const { version, registered_at, status, changelog } = release
  return (
    <li class="release panel">
      <header>
        <h2>
          <Text>{version.slice(0, 200)}</Text>
        </h2>
        {status === 'Rolled Back' ? (
          <Badge kind="warn">rolled back</Badge>
        ) : (
          <Badge kind="good">deployed</Badge>
        )}
        <Facts release={release} />
        <span class="quiet-text">
          <Ago time={registered_at} />
        </span>
      </header>
      {changelog !== null && (
        <p class="release-changes">
          <Text>{changelog.slice(0, TEXT_LENGTH)}</Text>
        </p>
      )}
      <Requests release={release} before={before} />
      <div class="release-errors">
        <h3>
          {groups.length === 0 ? 'No new errors' : counted(groups.length, 'new error')}
          <Link to={linkTo('logs', { version })}>Logs of this version</Link>
        </h3>
        <ul>
          {groups.slice(0, ERRORS_SHOWN).map((group) => (
            <li key={group.fingerprint}>
              <Link to={linkTo('errors', { group: group.fingerprint })}>
                <b>
                  <Text>{group.type === '' ? 'Error' : group.type}</Text>
                </b>{' '}
                <Text>{group.message.slice(0, 200)}</Text>
              </Link>
              <Sparkline
                counts={series?.groups[group.fingerprint] ?? group.history}
                label={`${group.count} times`}
              />
              <span class="number">{whole(group.count)}</span>
              <TrendBadge trend={group.trend} />
            </li>
          ))}
        </ul>
      </div>
    </li>
  )
}

function Facts({ release }: { release: RegisteredRelease }) {
  const { services, branch, commit_hash, deployed_by, deploy_url } = release
  const facts = [
    services === null ? 'all services' : services.join(', '),
    (branch ?? commit_hash) ? [branch, commit_hash].filter((part) => part !== null).join('@') : null,
    deployed_by === null ? null : `by ${deployed_by}`,
    deploy_url,
  ].filter((fact) => fact !== null)
  return (
    <ul class="release-facts">
      {facts.map((fact) => (
        <li key={fact}>
          <Text>{fact.slice(0, 200)}</Text>
        </li>
      ))}
    </ul>
  )
}

/** The requests of the version beside those of the version before. */
function Requests({
  release,
  before,
}: {
  release: RegisteredRelease
  before: RegisteredRelease | undefined
}) {
  const of = (version: string | undefined) =>
    version === undefined ? undefined : `latency?${new URLSearchParams({ version })}`
  const { data: now } = useCall<LatencyAnswer>(of(release.version), 2000)
  const { data: then } = useCall<LatencyAnswer>(of(before?.version), 2000)
  if (now === undefined || now.summary.count === 0) return null
  return (
    <dl class="release-changes-in">
      <Change name="Error rate" kind="percent" now={now.summary.errorRate} then={then?.summary.errorRate} />
      <Change name="p50" kind="duration" now={now.summary.p50} then={then?.summary.p50} />
      <Change name="p95" kind="duration" now={now.summary.p95} then={then?.summary.p95} />
      <div>
        <dt>Requests</dt>
        <dd>
          <b>{whole(now.summary.count)}</b>
        </dd>
      </div>
    </dl>
  )
}
