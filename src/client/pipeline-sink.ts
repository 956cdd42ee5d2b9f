import type { Pipeline } from '../pipeline/pipeline.js'
import type { WriteOptions } from '../pipeline/write-options.js'
import type { Sink, Unwritten } from './logger.js'

/** The sink of an existing client. */
export function pipelineSink(pipeline: Pipeline): Sink {
  return {
    pipeline,
    now: () => pipeline.clock.now(),
    monotonic: () => pipeline.clock.monotonic(),
    take: (level, build) => (pipeline.wants(level) ? writeBuilt(pipeline, build()) : ''),
  }
}

export function writeBuilt(pipeline: Pipeline, built: Unwritten & Pick<WriteOptions, 'leaveLine'>): string {
  return pipeline.write(built.log, built)
}
