import type { Breadcrumb } from '../../../../wire/log.js'
import { clockMs, length } from '../../shared/format.js'
import { Level } from '../../shared/level.js'
import { Text } from '../../shared/text.js'
import './breadcrumbs.css'

const MAX_SHOWN = 100

/** The breadcrumbs of a log on a time line that ends with the log. */
export function Breadcrumbs({ breadcrumbs, until }: { breadcrumbs: readonly Breadcrumb[]; until: string }) {
  const end = Date.parse(until)
  return (
    <ol class="breadcrumbs">
      {breadcrumbs.slice(-MAX_SHOWN).map((crumb, index) => {
        const time = Date.parse(crumb.timestamp)
        return (
          <li key={index} class={crumb.level}>
            <time title={clockMs(time)}>−{length(Math.max(0, end - time))}</time>
            <div>
              <span class="crumb-category">
                <Text>{(crumb.category ?? crumb.type ?? '').slice(0, 100)}</Text>
              </span>{' '}
              <Text>{crumb.message.slice(0, 1000)}</Text>
              {crumb.data !== undefined && Object.keys(crumb.data).length > 0 && (
                <div class="crumb-data">
                  <Text>{JSON.stringify(crumb.data).slice(0, 500)}</Text>
                </div>
              )}
            </div>
            {crumb.level !== undefined && crumb.level !== 'info' && <Level level={crumb.level} />}
          </li>
        )
      })}
    </ol>
  )
}
