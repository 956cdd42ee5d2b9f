export interface SoakAccount {
  readonly name: 'spooled' | 'unspooled'
  /** Logs and request entries, in all lives together. */
  readonly written: number
  readonly delivered: number
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Entries that lives have left in the spool, and entries that the next lives have taken over. */
  readonly handedOn: number
  readonly takenOver: number
  /** Entries that the last life has left. */
  readonly left: number
  /** Confirmed by the service after the client had stopped waiting: the client counts these as dropped. */
  readonly unheard: number
  readonly confirmed: number
  /** Largest resident set, in bytes. */
  readonly mostRss: number
  /** Number of requests by the fault that the service applied. */
  readonly requestsByFault: Readonly<Record<string, number>>
}

export interface SoakOptions {
  /** Path of the package's main module. */
  readonly module: string
  readonly seconds: number
  /** Lifetime of one process, in seconds. */
  readonly lifeSeconds: number
  readonly seed: number
  readonly onLife?: (name: string, life: number, lives: number) => void
}

export function soak(options: SoakOptions): Promise<SoakAccount[]>
