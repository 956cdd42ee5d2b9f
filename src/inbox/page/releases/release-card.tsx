import type { ErrorSeriesAnswer } from '../../api/shapes.js'
import type { ErrorGroup } from '../../data/error-groups.js'
import type { RegisteredRelease } from '../../data/releases.js'
import { TrendBadge } from '../errors/trend-badge.js'
import { Ago } from '../shared/ago.js'
import { Badge } from '../shared/badge.js'
import { Fields } from '../shared/fields.js'
import { counted, whole } from '../shared/format.js'
import { Sparkline } from '../shared/sparkline.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'

const TEXT_LENGTH = 2000
const ERRORS_SHOWN = 12

/** A release with its new errors. */
export function ReleaseCard({
  release,
  groups,
  series,
}: {
  release: RegisteredRelease
  groups: readonly ErrorGroup[]
  series: ErrorSeriesAnswer | undefined
}) {
  const {
    version,
    registered_at,
    status,
    commit_hash,
    branch,
    deployed_by,
    deploy_url,
    changelog,
    services,
  } = release
  const shown = (text: string | null) =>
    text === null ? undefined : <Text>{text.slice(0, TEXT_LENGTH)}</Text>
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
        <span class="quiet-text">
          <Ago time={registered_at} />
        </span>
      </header>
      <div class="release-body">
        <Fields
          fields={[
            ['services', services === null ? 'all' : shown(services.join(', '))],
            ['commit', shown(commit_hash)],
            ['branch', shown(branch)],
            ['by', shown(deployed_by)],
            ['address', shown(deploy_url)],
            ['changes', shown(changelog)],
            [
              'logs',
              <Link key="logs" to={linkTo('logs', { version })}>
                of this version
              </Link>,
            ],
          ]}
        />
        <div class="release-errors">
          <h3>{groups.length === 0 ? 'No new errors' : counted(groups.length, 'new error')}</h3>
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
      </div>
    </li>
  )
}
