// Would end a thread of this package.
if (!require('node:worker_threads').isMainThread) throw new Error('preloaded in a thread')
