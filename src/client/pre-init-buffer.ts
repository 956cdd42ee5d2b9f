import { Buffer } from 'node:buffer'
import type { Pipeline } from '../pipeline/pipeline.js'
import { lineBreadcrumb } from '../scope/line-breadcrumb.js'
import type { Scope } from '../scope/scope.js'
import type { Level } from '../wire/level.js'
import { type Breadcrumb, LOG_ID_KEY } from '../wire/log.js'
import type { Sink, Unwritten } from './logger.js'
import { pipelineSink, writeBuilt } from './pipeline-sink.js'

interface Waiting {
  readonly level: Level
  /** Its scope is a snapshot of the scope at the time of the call. */
  readonly built: Unwritten
  readonly scope: Scope
  /**
   * The breadcrumb that the log left in the scope, for errors that wait behind it. The client decides later whether it
   * may stay.
   */
  readonly line: Breadcrumb
}

const MOST_LOGS = 1000
const MOST_BYTES = 8 * 1024 * 1024

/**
 * Holds the logs of calls made before there is a client, in order, each with its own time and scope. Once there is a
 * client, loggers that were created before write to it.
 */
export class PreInitBuffer {
  readonly sink: Sink
  readonly #waiting: Waiting[] = []
  #bytes = 0
  #overflow = 0
  #after: Sink | undefined

  /** @param onFirst called when the first log begins to wait */
  constructor(onFirst: () => void) {
    const after = () => this.#after
    this.sink = {
      get pipeline() {
        return after()?.pipeline
      },
      now: () => after()?.now() ?? Date.now(),
      monotonic: () => after()?.monotonic() ?? performance.now(),
      take: (level, build) => {
        const sink = after()
        if (sink !== undefined) return sink.take(level, build)
        if (this.#waiting.length === 0) onFirst()
        return this.#keep(level, build())
      },
    }
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Writes all logs in order into the pipeline, which also receives all later ones. */
  empty(pipeline: Pipeline): void {
    this.#after = pipelineSink(pipeline)
    const waiting = this.#waiting.splice(0)
    const unwanted = new Set<Breadcrumb>()
    for (const { level, built, line } of waiting) {
      built.scope.forgetBreadcrumbs(unwanted)
      unwanted.add(line)
      const leaveLine = (crumb: Breadcrumb) => {
        Object.assign(line, crumb)
        unwanted.delete(line)
      }
      if (pipeline.wants(level)) writeBuilt(pipeline, { ...built, leaveLine })
    }
    for (const scope of new Set(waiting.map(({ scope }) => scope))) scope.forgetBreadcrumbs(unwanted)
    pipeline.ledger.written += this.#overflow
    pipeline.ledger.drop('before_init_full', this.#overflow)
    this.#overflow = 0
    this.#bytes = 0
  }

  #keep(level: Level, built: Unwritten): string {
    const bytes = Buffer.byteLength(JSON.stringify(built.log))
    if (this.#waiting.length >= MOST_LOGS || this.#bytes + bytes > MOST_BYTES) {
      this.#overflow++
      return ''
    }
    this.#bytes += bytes
    const { scope } = built
    const line = lineBreadcrumb(built.log)
    this.#waiting.push({ level, built: { ...built, scope: scope.snapshot() }, scope, line })
    scope.addBreadcrumb(line)
    return String(built.log.metadata?.[LOG_ID_KEY])
  }
}
