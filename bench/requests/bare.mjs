// Loaded before the shop: reports the CPU time used so far when asked.
process.on('message', () => process.send({ cpu: process.cpuUsage() }))
