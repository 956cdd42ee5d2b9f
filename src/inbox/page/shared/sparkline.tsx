import './sparkline.css'

/** With fewer bars than this, they do not become wider. */
const FEWEST = 12

/** Counts over time as small bars, the oldest first. */
export function Sparkline({ counts, label }: { counts: readonly number[]; label: string }) {
  const most = Math.max(1, ...counts)
  const width = 100 / Math.max(FEWEST, counts.length)
  return (
    <svg class="sparkline" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label={label}>
      {counts.map((count, index) => {
        const height = count === 0 ? 0.8 : Math.max(2, (count / most) * 20)
        return (
          <rect
            key={index}
            class={count === 0 ? 'none' : undefined}
            x={index * width}
            y={20 - height}
            width={width * 0.8}
            height={height}
          />
        )
      })}
    </svg>
  )
}
