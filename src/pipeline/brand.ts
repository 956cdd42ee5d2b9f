/**
 * Marks pipelines, whichever copy of this package made them, so that options of a similar shape are not taken for one.
 */
export const IS_PIPELINE = Symbol.for('lognitor.is-pipeline')

/** The property under which a client holds its pipeline. A symbol, so that applications do not see it. */
export const PIPELINE = Symbol.for('lognitor.pipeline')

/** A pipeline as the declarations of the package show it: with nothing that an application could call. */
export interface PipelineBrand {
  readonly [IS_PIPELINE]: true
}

/** An object with a pipeline: a LognitorClient. */
export interface HasPipeline {
  readonly [PIPELINE]: PipelineBrand
}
