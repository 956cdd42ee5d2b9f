import type { ErrorDetail } from '../../../../wire/log.js'
import { counted } from '../format.js'
import { LongText } from '../long-text.js'
import { Text } from '../text.js'
import { type Frame, parseStack } from './parse-stack.js'
import { SourceLines } from './source-lines.js'
import './stack.css'

/**
 * A stack: the application's own frames come first, with their source lines. The whole stack in its own order is folded
 * below, when it has other frames too.
 */
export function Stack({ error }: { error: ErrorDetail }) {
  const frames = parseStack(error.stack ?? '')
  if (frames.length === 0) {
    return (
      <>
        {error.context_line !== undefined && (
          <div class="stack-frames">
            <SourceLines error={error} />
          </div>
        )}
        {error.stack !== undefined && <LongText text={error.stack} label="Stack" />}
      </>
    )
  }
  const own = frames.filter(({ isOwn }) => isOwn)
  const place = `${error.filename}:${error.line_number}`
  const stated = own.find((frame) => error.filename !== undefined && frame.place.includes(place))
  const others = frames.length - own.length
  return (
    <div class="stack-frames">
      {stated === undefined && <SourceLines error={error} />}
      {own.length > 0 && (
        <ol>
          {own.map((frame, index) => (
            <li key={index}>
              <FrameLine frame={frame} />
              {frame === stated && <SourceLines error={error} />}
            </li>
          ))}
        </ol>
      )}
      {others > 0 && (
        <details>
          <summary>
            {counted(others, 'call')} of Node and of packages
            {own.length > 0 && `, in the whole stack of ${frames.length}`}
          </summary>
          <ol>
            {frames.map((frame, index) => (
              <li key={index}>
                <FrameLine frame={frame} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  )
}

function FrameLine({ frame: { name, place, isOwn } }: { frame: Frame }) {
  const slash = place.lastIndexOf('/') + 1
  return (
    <div class={isOwn ? 'frame own' : 'frame'}>
      <span class="frame-name">
        <Text>{name === '' ? '(anonymous)' : name}</Text>
      </span>{' '}
      <span class="frame-place" title={place}>
        <Text>{place.slice(0, slash)}</Text>
        <span class="frame-file">
          <Text>{place.slice(slash)}</Text>
        </span>
      </span>
    </div>
  )
}
