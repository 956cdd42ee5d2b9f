/**
 * Marks pipelines, whichever copy of this package made them, so that options of a similar shape are not taken for one.
 */
export const IS_PIPELINE = Symbol.for('lognitor.is-pipeline')
