import type { ErrorDetail } from '../../../../wire/log.js'
import { counted } from '../format.js'
import { LongText } from '../long-text.js'
import { Text } from '../text.js'
import { type Frame, parseStack, runsOf } from './parse-stack.js'
import { SourceLines } from './source-lines.js'
import './stack.css'

/** A stack: the application's own frames are visible with their source lines, and the others are folded. */
export function Stack({ error }: { error: ErrorDetail }) {
  const frames = parseStack(error.stack ?? '')
  if (frames.length === 0) {
    return (
      <>
        <SourceLines error={error} />
        {error.stack !== undefined && <LongText text={error.stack} label="Stack" />}
      </>
    )
  }
  const place = `${error.filename}:${error.line_number}`
  const stated = frames.find((frame) => error.filename !== undefined && frame.place.includes(place))
  return (
    <div class="stack-frames">
      {stated === undefined && <SourceLines error={error} />}
      {runsOf(frames).map((run) =>
        run[0]?.isOwn ? (
          <ol key={run[0].text}>
            {run.map((frame) => (
              <li key={frame.text}>
                <FrameLine frame={frame} />
                {frame === stated && <SourceLines error={error} />}
              </li>
            ))}
          </ol>
        ) : (
          <details key={run[0]?.text}>
            <summary>{counted(run.length, 'call')} of Node and of packages</summary>
            <ol>
              {run.map((frame) => (
                <li key={frame.text}>
                  <FrameLine frame={frame} />
                </li>
              ))}
            </ol>
          </details>
        ),
      )}
    </div>
  )
}

function FrameLine({ frame: { name, place, isOwn } }: { frame: Frame }) {
  return (
    <div class={isOwn ? 'frame own' : 'frame'}>
      <span class="frame-name">
        <Text>{name === '' ? '(anonymous)' : name}</Text>
      </span>{' '}
      <span class="frame-place" title={place}>
        <Text>{place}</Text>
      </span>
    </div>
  )
}
