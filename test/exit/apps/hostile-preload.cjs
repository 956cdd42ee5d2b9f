// In a thread of ours this would be the end.
if (!require('node:worker_threads').isMainThread) throw new Error('preloaded in a thread')
