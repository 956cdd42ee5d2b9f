import type { ErrorSeriesAnswer } from '../../api/shapes.js'
import type { ErrorGroup } from '../../data/error-groups.js'
import type { RegisteredRelease } from '../../data/releases.js'
import { Empty } from '../shared/empty.js'
import { useCall } from '../state/call.js'
import { newSince, shareService } from './new-since.js'
import { ReleaseCard } from './release-card.js'
import './releases.css'

const LINE = "await client.registerRelease({ version: '1.4.0', commitHash: 'abc1234' })"

export function ReleasesView() {
  const { data } = useCall<{ releases: RegisteredRelease[] }>('releases?limit=200')
  const { data: errors } = useCall<{ groups: ErrorGroup[] }>('errors?limit=1000')
  const { data: series } = useCall<ErrorSeriesAnswer>('error-series')
  const releases = data?.releases ?? []
  const parts = newSince(releases, errors?.groups ?? [])
  return (
    <div class="view-inner">
      {data !== undefined && releases.length === 0 && (
        <Empty title="No releases" line={LINE}>
          A release is a mark on every chart, and shows here which errors came with it. Register one when it
          is deployed:
        </Empty>
      )}
      <ol class="releases">
        {releases.map((release, index) => (
          <ReleaseCard
            key={release.release_id}
            release={release}
            before={releases.slice(index + 1).find((other) => shareService(release, other))}
            groups={parts.get(release.release_id) ?? []}
            series={series}
          />
        ))}
      </ol>
    </div>
  )
}
