// Loaded before the shop: reports the CPU time used so far when asked.
process.on('message', (message) => {
  if (message === 'cpu') process.send({ cpu: process.cpuUsage() })
})
