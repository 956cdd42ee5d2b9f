/** Times of day are the reader's own. */
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const WHOLE = new Intl.NumberFormat('en')
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** `14:03:07`, and where the day is another than today `27 Nov 14:03:07`. */
export function clock(time: number): string {
  if (!isTime(time)) return '–'
  const date = new Date(time)
  const isToday = date.toDateString() === new Date().toDateString()
  return `${isToday ? '' : `${DAY.format(date)} `}${CLOCK.format(date)}`
}

/** `14:03:07.123` */
export function clockMs(time: number): string {
  if (!isTime(time)) return '–'
  return `${clock(time)}.${String(((Math.trunc(time) % 1000) + 1000) % 1000).padStart(3, '0')}`
}

/** For axes: as much of a time as tells two labels apart. */
export function clockFor(time: number, stepMs: number): string {
  if (!isTime(time)) return ''
  const text = CLOCK.format(time)
  if (stepMs >= 86_400_000) return DAY.format(time)
  return stepMs < 60_000 ? text : text.slice(0, 5)
}

/** `just now`, `3 min ago` */
export function ago(time: number, now: number): string {
  if (!isTime(time)) return '–'
  const seconds = Math.max(0, Math.round((now - time) / 1000))
  return seconds < 3 ? 'just now' : `${length(seconds * 1000)} ago`
}

/** A length of time in its largest unit: `250 ms`, `12 s`, `3 min`. */
export function length(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${round(ms / 1000)} s`
  if (ms < 3_600_000) return `${round(ms / 60_000)} min`
  return ms < 86_400_000 ? `${round(ms / 3_600_000)} h` : `${round(ms / 86_400_000)} d`
}

/** How long a request took: `0.8 ms`, `143 ms`, `1.24 s`, `8.8 min`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '–'
  if (ms >= 60_000) return length(ms)
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
}

/** For axes, without decimals that say nothing: `1 ms`, `100 ms`, `1 s`. */
export function axisDuration(ms: number): string {
  if (ms >= 60_000) return length(ms)
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(1))} s` : `${Number(ms.toFixed(1))} ms`
}

export function whole(number: number): string {
  return WHOLE.format(number)
}

/** `12`, `1.2K` */
export function short(number: number): string {
  return SHORT.format(number)
}

export function percent(share: number): string {
  if (share === 0) return '0 %'
  return share < 0.0995 ? `${(share * 100).toFixed(1)} %` : `${Math.round(share * 100)} %`
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1024 / 1024).toFixed(1)} MB`
}

/** `1 log`, `2 logs` */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${whole(count)} ${count === 1 ? noun : plural}`
}

/** An id at a glance. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id
}

function round(number: number): string {
  return String(number < 9.95 ? Number(number.toFixed(1)) : Math.round(number))
}

function isTime(time: number): boolean {
  return Math.abs(time) <= 8.64e15
}
