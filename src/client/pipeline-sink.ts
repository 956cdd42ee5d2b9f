import type { Pipeline } from '../pipeline.js'
import type { Level } from '../wire/level.js'
import { LOG_ID_KEY } from '../wire/log.js'
import type { Sink, Unwritten } from './logger.js'

/** The sink of a client that is there. */
export function pipelineSink(pipeline: Pipeline): Sink {
  return {
    pipeline,
    now: () => pipeline.clock.now(),
    monotonic: () => pipeline.clock.monotonic(),
    take: (level, build, tags) => (pipeline.wants(level) ? writeBuilt(pipeline, build(), tags) : ''),
  }
}

export function writeBuilt(
  pipeline: Pipeline,
  built: Unwritten,
  tags: readonly string[] | undefined,
): string {
  const { log, scope, thrown, ownStack, options } = built
  return pipeline.write(log, { way: 'call', scope, tags, thrown, ownStack, beforeSend: options.beforeSend })
}

/**
 * What calls leave behind before there is a client: their logs, in order, with their own time and scope. Once
 * there is one, loggers made before write to it.
 */
export class WaitingRoom {
  readonly sink: Sink
  readonly #limit: number
  readonly #waiting: { level: Level; built: Unwritten; tags: readonly string[] | undefined }[] = []
  #overflow = 0
  #after: Sink | undefined

  constructor(limit = 1000) {
    this.#limit = limit
    const after = () => this.#after
    this.sink = {
      get pipeline() {
        return after()?.pipeline
      },
      now: () => after()?.now() ?? Date.now(),
      monotonic: () => after()?.monotonic() ?? performance.now(),
      take: (level, build, tags) => after()?.take(level, build, tags) ?? this.#keep(level, build(), tags),
    }
  }

  /** Everything in order into the pipeline, and what comes later too. */
  empty(pipeline: Pipeline): void {
    this.#after = pipelineSink(pipeline)
    for (const { level, built, tags } of this.#waiting.splice(0)) {
      if (pipeline.wants(level)) writeBuilt(pipeline, built, tags)
    }
    pipeline.ledger.written += this.#overflow
    pipeline.ledger.drop('before_init_full', this.#overflow)
    this.#overflow = 0
  }

  #keep(level: Level, built: Unwritten, tags: readonly string[] | undefined): string {
    if (this.#waiting.length >= this.#limit) {
      this.#overflow++
      return ''
    }
    this.#waiting.push({ level, built: { ...built, scope: built.scope.snapshot() }, tags })
    return String(built.log.metadata?.[LOG_ID_KEY])
  }
}
