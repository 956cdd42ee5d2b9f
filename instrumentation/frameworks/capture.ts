import { expectKnown } from '../../src/config/options.js'
import type { HasPipeline } from '../../src/pipeline/brand.js'
import { PendingFailures } from '../../src/pipeline/pending-failures.js'
import type { Pipeline } from '../../src/pipeline/pipeline.js'
import { defaultPipeline, pipelineIn } from '../../src/pipeline/registry.js'
import { thrownLog } from '../../src/pipeline/thrown-log.js'
import { currentScope } from '../../src/scope/current.js'
import type { Scope } from '../../src/scope/scope.js'
import { isHandledBy } from '../../src/translate/handled-status.js'
import { openRequestOf } from '../open-requests.js'
import { errorStatus } from './error-status.js'

/** The options of all error handlers. */
export interface CaptureOptions {
  /** Default: the default client. */
  readonly client?: HasPipeline | undefined
  /**
   * Which errors are captured, decided before the status of the answer is known. Default: all errors except those that
   * name a status from 400 to 499. An error whose request is answered below 500 is never logged.
   */
  readonly shouldCapture?: ((error: unknown) => boolean) | undefined
}

/** Takes an error that a framework caught; `request` is Node's own request. Never throws. */
export type Capture = (error: unknown, request?: object) => void

const NAMES = ['client', 'shouldCapture'] as const satisfies readonly (keyof CaptureOptions)[]

/** @throws LognitorError `LOGNITOR_UNKNOWN_OPTION`, `LOGNITOR_BAD_OPTION` */
export function createCapture(options: CaptureOptions = {}): Capture {
  expectKnown('An error handler has no option', options, NAMES)
  const { client, shouldCapture = isFailure } = options
  const pending = new PendingFailures()
  let attachedTo: Pipeline | undefined

  return (error, request) => {
    // Looked up at the time of the error, because a handler may be created before `init`.
    const pipeline = pipelineIn(client) ?? defaultPipeline()
    try {
      if (!shouldCapture(error)) return
      const scope = scopeOf(request)
      const { log, ownStack } = thrownLog(error, pipeline.clock.now())
      const decide = (status: number | undefined) => {
        if (isHandledBy(status)) {
          pipeline.ledger.written++
          pipeline.ledger.drop('handled_exception')
        } else if (pipeline.wants(log.level)) {
          pipeline.write(log, { source: 'capture', scope, thrown: error, ownStack })
        }
      }
      if (attachedTo !== pipeline) {
        attachedTo = pipeline
        // The log is also written when the process ends before the answer.
        pipeline.beforeEnd(() => pending.release())
      }
      // No handler can answer a failure after an answer that is no error.
      if ((scope.answering ?? 400) < 400) decide(undefined)
      else scope.onAnswered(pending.add(decide, log.message, log.error?.stack))
    } catch {
      pipeline.ledger.written++
      pipeline.ledger.drop('hook_error')
    }
  }
}

function isFailure(error: unknown): boolean {
  const status = errorStatus(error)
  return status === undefined || status < 400 || status > 499
}

/** A framework may call its handlers outside of the request's asynchronous context. */
function scopeOf(request: object | undefined): Scope {
  const scope = currentScope()
  if (scope.requestScope !== undefined || request === undefined) return scope
  return openRequestOf(request)?.scope ?? scope
}
