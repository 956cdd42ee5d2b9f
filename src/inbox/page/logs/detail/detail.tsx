import { OF_METADATA } from '../../../api/columns.js'
import { Section } from '../../shared/drawer.js'
import { type Field, Fields } from '../../shared/fields.js'
import { FilterValue } from '../../shared/filter-value.js'
import { bytes, duration } from '../../shared/format.js'
import { JsonView } from '../../shared/json-view.js'
import { LongText } from '../../shared/long-text.js'
import { requestWord } from '../../shared/request-word.js'
import { Stack } from '../../shared/stack/stack.js'
import { Text } from '../../shared/text.js'
import { Link } from '../../shell/link.js'
import { linkTo } from '../../state/address.js'
import type { FilterName } from '../../state/filters.js'
import { ColumnSwitch } from '../column-switch.js'
import { Breadcrumbs } from './breadcrumbs.js'
import './detail.css'
import type { HeldLog } from './held-log.js'
import { leavesOf } from './leaves.js'

/** The whole log, the most helpful parts first. */
export function LogDetail({ held: { log } }: { held: HeldLog }) {
  const { error, breadcrumbs, request, perf, metadata } = log
  return (
    <>
      <div class="drawer-section">
        {error !== undefined && (
          <p class="error-title">
            <b>{by('q', error.type)}</b>{' '}
            {error.message !== log.message && <Text>{error.message.slice(0, 2000)}</Text>}
          </p>
        )}
        <LongText text={log.message} label="Message" />
        {error !== undefined && <Stack error={error} />}
      </div>
      {breadcrumbs !== undefined && breadcrumbs.length > 0 && (
        <Section title="What led to it">
          <Breadcrumbs breadcrumbs={breadcrumbs} until={log.timestamp} />
        </Section>
      )}
      {request !== undefined && (
        <Section title="Request">
          <Fields
            fields={Object.entries(request).map(([name, value]) => [
              requestWord(name),
              name === 'duration_ms' ? duration(Number(value)) : by('q', String(value)),
            ])}
          />
        </Section>
      )}
      <Section title="Context">
        <Fields fields={contextOf(log)} />
      </Section>
      {metadata !== undefined && Object.keys(metadata).length > 0 && (
        <Section title="Metadata">
          <Fields
            fields={leavesOf(metadata).map(([key, value]) => [
              key,
              <span key={key} class="row">
                <FilterValue name="meta" value={`${key}:${value}`} shown={value.slice(0, 2000)} />
                <ColumnSwitch name={OF_METADATA + key} />
              </span>,
            ])}
          />
        </Section>
      )}
      {perf !== undefined && (
        <Section title="Timers">
          <Fields fields={Object.entries(perf).map(([name, ms]) => [name, `${ms} ms`])} />
        </Section>
      )}
      <Section title={`JSON, ${bytes(JSON.stringify(log).length)}`}>
        <JsonView value={log} label="The log as JSON" />
      </Section>
    </>
  )
}

function contextOf(log: HeldLog['log']): Field[] {
  const trace = log.trace?.trace_id
  return [
    ['service', by('service', log.service)],
    ['environment', by('environment', log.environment)],
    ['version', by('version', log.version)],
    ['host', by('q', log.hostname)],
    ['user', by('user', log.user_id ?? log.user?.id)],
    ['user details', log.user && shown(JSON.stringify(log.user))],
    ['session', by('session', log.session_id)],
    ['request', log.request_id === undefined ? undefined : idWithTrace('request', log.request_id)],
    ['trace', trace === undefined ? undefined : idWithTrace('trace', trace)],
    ['span', by('q', log.trace?.span_id)],
    ['action', by('q', log.action)],
    ['source', by('q', log.source)],
    ['fingerprint', by('fingerprint', log.fingerprint)],
    [
      'tags',
      log.tags && (
        <span class="row">
          {log.tags.slice(0, 50).map((tag) => (
            <FilterValue key={tag} name="tag" value={tag} />
          ))}
        </span>
      ),
    ],
    ['sdk', log._sdk && shown(`${log._sdk.name} ${log._sdk.version}`)],
  ]
}

/** A value that filters by itself on a click; a value without a filter of its own is searched as text. */
function by(name: FilterName, value: string | undefined) {
  return value === undefined ? undefined : (
    <FilterValue name={name} value={value} shown={value.slice(0, 500)} />
  )
}

/** An id that filters by itself on a click, and a link to its time line. */
function idWithTrace(name: 'request' | 'trace', id: string) {
  return (
    <span class="row">
      <FilterValue name={name} value={id} shown={id.slice(0, 200)} />
      <Link to={linkTo('traces', { [name]: id })}>time line</Link>
    </span>
  )
}

function shown(value: unknown) {
  return value === undefined ? undefined : <Text>{String(value).slice(0, 2000)}</Text>
}
