/** By it a pipeline is known, whichever copy of this package made it; options that look like one are not. */
export const IS_PIPELINE = Symbol.for('lognitor.is-pipeline')
