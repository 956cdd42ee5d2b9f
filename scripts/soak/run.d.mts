export interface SoakAccount {
  readonly name: 'spooled' | 'unspooled'
  /** Logs and request entries, in all lives together. */
  readonly written: number
  readonly delivered: number
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** What lives had left in the spool at their end, and what the next ones found there. */
  readonly handedOn: number
  readonly takenOver: number
  /** Left by the last one. */
  readonly left: number
  /** Confirmed by the service when nobody listened any more: dropped by our account. */
  readonly unheard: number
  readonly confirmed: number
  /** Bytes. */
  readonly mostRss: number
  /** Requests by what the service did to them. */
  readonly moods: Readonly<Record<string, number>>
}

export interface SoakOptions {
  /** Path of the package's main module. */
  readonly module: string
  readonly seconds: number
  /** How long one process lives. */
  readonly lifeSeconds: number
  readonly seed: number
  readonly onLife?: (name: string, life: number, lives: number) => void
}

export function soak(options: SoakOptions): Promise<SoakAccount[]>
