import type { ErrorSeriesAnswer } from '../../api/shapes.js'
import type { ErrorGroup } from '../../data/error-groups.js'
import { Ago } from '../shared/ago.js'
import { ChartPanel } from '../shared/chart/chart-panel.js'
import { Empty, NothingPasses, Refused } from '../shared/empty.js'
import { FilterBar } from '../shared/filter-bar.js'
import { counted, length, short, whole } from '../shared/format.js'
import { useReleaseMarks } from '../shared/release-marks.js'
import { Sparkline } from '../shared/sparkline.js'
import type { Column } from '../shared/table/column.js'
import { Table } from '../shared/table/table.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo, setParameters } from '../state/address.js'
import { useCall } from '../state/call.js'
import { callParameters, filters } from '../state/filters.js'
import { isZoomed } from '../state/span.js'
import { TrendBadge } from './trend-badge.js'

const LIMIT = 200

/** The error groups with their counts and times. */
export function GroupList() {
  const query = callParameters()
  const { data, error } = useCall<{ groups: ErrorGroup[] }>(`errors?${callParameters({ limit: LIMIT })}`)
  const { data: series } = useCall<ErrorSeriesAnswer>(`error-series?${query}`)
  const groups = data?.groups ?? []
  return (
    <>
      <FilterBar />
      {error !== undefined && <Refused reason={error} />}
      {series !== undefined && groups.length > 0 && <AllErrors series={series} />}
      <section class="panel" aria-label="Error groups">
        {data !== undefined && groups.length === 0 ? (
          <NoErrors />
        ) : (
          <Table
            label="Errors by group"
            columns={columnsWith(series)}
            rows={groups}
            keyOf={(group) => group.fingerprint}
            onOpen={(group) => setParameters({ group: group.fingerprint })}
            sortParameter="sort"
          />
        )}
      </section>
    </>
  )
}

function AllErrors({ series }: { series: ErrorSeriesAnswer }) {
  const marks = useReleaseMarks()
  const sums = series.times.map((_, index) =>
    Object.values(series.groups).reduce((sum, counts) => sum + (counts[index] ?? 0), 0),
  )
  const total = sums.reduce((sum, count) => sum + count, 0)
  return (
    <ChartPanel
      title="Occurrences"
      note={`in steps of ${length(series.stepMs)}`}
      withLegend={false}
      label={`${counted(total, 'error')} over time`}
      times={series.times}
      stepMs={series.stepMs}
      series={[{ name: 'errors', colour: '--error', values: sums }]}
      kind="bars"
      height={96}
      marks={marks}
      format={short}
    />
  )
}

function columnsWith(series: ErrorSeriesAnswer | undefined): Column<ErrorGroup>[] {
  return [
    {
      name: 'error',
      title: 'Error',
      cell: (group) => (
        <>
          <Link to={linkTo('errors', { group: group.fingerprint })} class="group-type">
            <Text>{group.type === '' ? 'Error' : group.type}</Text>
          </Link>
          <span class="second">
            <Text>{group.message.slice(0, 300)}</Text>
          </span>
        </>
      ),
    },
    {
      name: 'history',
      title: 'Over time',
      width: '150px',
      isExtra: true,
      cell: (group) => (
        <Sparkline
          counts={series?.groups[group.fingerprint] ?? group.history}
          label={`${group.count} times, ${group.trend}`}
        />
      ),
    },
    {
      name: 'trend',
      title: 'Trend',
      width: '78px',
      isExtra: true,
      cell: (group) => <TrendBadge trend={group.trend} />,
    },
    {
      name: 'count',
      title: 'Count',
      width: '72px',
      isNumber: true,
      sortBy: (group) => group.count,
      cell: (group) => whole(group.count),
    },
    {
      name: 'users',
      title: 'Users',
      width: '64px',
      isNumber: true,
      isExtra: true,
      sortBy: (group) => group.users,
      cell: (group) => whole(group.users),
    },
    {
      name: 'service',
      title: 'Services',
      width: '130px',
      isExtra: true,
      cell: (group) => <Text>{group.services.join(', ')}</Text>,
    },
    {
      name: 'release',
      title: 'Since release',
      width: '104px',
      isExtra: true,
      cell: (group) => <Text>{group.introducedIn ?? '–'}</Text>,
    },
    {
      name: 'first',
      title: 'First seen',
      width: '100px',
      isExtra: true,
      sortBy: (group) => Date.parse(group.firstSeen),
      cell: (group) => <Ago time={group.firstSeen} />,
    },
    {
      name: 'last',
      title: 'Last seen',
      width: '100px',
      sortBy: (group) => Date.parse(group.lastSeen),
      cell: (group) => <Ago time={group.lastSeen} />,
    },
  ]
}

function NoErrors() {
  if (filters().some(({ isOn }) => isOn) || isZoomed()) return <NothingPasses noun="error" />
  return (
    <Empty title="No errors" line={"client.captureException(new Error('hello'))"}>
      Errors are grouped here by their fingerprint as they come. To see one, capture one:
    </Empty>
  )
}
