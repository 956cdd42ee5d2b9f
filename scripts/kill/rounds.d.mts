export interface KillAccount {
  /** Logs whose call had returned. */
  readonly written: number
  /** Logs whose call had returned long enough before the kill that they must survive it. */
  readonly due: number
  /** Messages of those that never arrived. */
  readonly lost: readonly string[]
  /** Messages that arrived in more than one batch. */
  readonly twice: readonly string[]
  /** Batches that arrived again under the same id, and those of them with other content. */
  readonly again: number
  readonly altered: number
}

export interface KillOptions {
  /** Path of the package's main module. */
  readonly module: string
  readonly rounds: number
  readonly seed: number
  readonly onRound?: (round: number, rounds: number) => void
}

export function killAgainAndAgain(options: KillOptions): Promise<KillAccount>
