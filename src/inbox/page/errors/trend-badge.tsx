import type { TrendWord } from '../../data/trend.js'
import { Badge } from '../shared/badge.js'

const SHOWN = {
  new: ['new', 'accent'],
  rising: ['↑ rising', 'bad'],
  steady: ['→ steady', 'quiet'],
  falling: ['↓ falling', 'good'],
} as const

export function TrendBadge({ trend }: { trend: TrendWord }) {
  const [word, kind] = SHOWN[trend]
  return <Badge kind={kind}>{word}</Badge>
}
