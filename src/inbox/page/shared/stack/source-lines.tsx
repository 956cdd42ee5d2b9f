import type { ErrorDetail } from '../../../../wire/log.js'
import { Highlighted } from './highlight.js'

const LONGEST_LINE = 500

/** The source lines around an error. */
export function SourceLines({ error }: { error: ErrorDetail }) {
  const {
    context_line: line,
    pre_context: before = [],
    post_context: after = [],
    line_number: number,
  } = error
  if (line === undefined) return null
  const first = (number ?? before.length + 1) - before.length
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <div class="source" tabIndex={0} role="group" aria-label={`Source of ${error.filename ?? 'the error'}`}>
      {[...before, line, ...after].map((text, index) => (
        <div key={first + index} class={index === before.length ? 'source-line here' : 'source-line'}>
          <span class="source-number">{number === undefined ? '' : first + index}</span>
          <code>
            <Highlighted code={text.slice(0, LONGEST_LINE)} />
          </code>
        </div>
      ))}
    </div>
  )
}
