// An application with three threads that does not use this package itself.
const { isMainThread, Worker } = require('node:worker_threads')

if (isMainThread) for (let n = 0; n < 3; n++) new Worker(__filename)
else setTimeout(() => {}, 20)
