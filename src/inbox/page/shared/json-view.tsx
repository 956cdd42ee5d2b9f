import { LongText } from './long-text.js'

/** Any value as JSON, as a text. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  return (
    <div class="json">
      <LongText text={JSON.stringify(value, null, 2)} label={label} />
    </div>
  )
}
