/** Lognitor's levels, lowest first. The type and the order are derived from this list. */
export const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const

/** `debug`, `info`, `warn`, `error` or `fatal`. */
export type Level = (typeof LEVELS)[number]

const RANKS: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3, fatal: 4 }

export function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && (LEVELS as readonly string[]).includes(value)
}

/** Position of a level in {@link LEVELS}: a log passes a minimum level when its rank is not smaller. */
export function levelRank(level: Level): number {
  return RANKS[level]
}
