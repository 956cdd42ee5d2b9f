import type { DropReason } from './drop-ledger.js'

/** Reasons that a setting asks for, or by which no information is lost. Drops for any other reason are worth a look. */
export const INTENDED_DROPS: ReadonlySet<string> = new Set<DropReason>([
  'disabled',
  'min_level',
  'sampled',
  'before_send',
  'duplicate',
  'same_failure',
  'handled_exception',
  'stale_ping',
])
