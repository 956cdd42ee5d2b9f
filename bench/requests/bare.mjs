// Loaded before the shop: answers with the CPU used so far whenever it is asked.
process.on('message', () => process.send({ cpu: process.cpuUsage() }))
