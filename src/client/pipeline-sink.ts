import type { Pipeline } from '../pipeline.js'
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
  const { log, ...options } = built
  return pipeline.write(log, { ...options, tags })
}
