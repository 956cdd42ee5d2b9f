// Awaits a promise that never settles; Node exits with 13 then.
const { init } = process.env.LOGNITOR_API_KEY ? await import('@lognitor/opentelemetry') : {}
const client = init?.()
for (let n = 0; n < 50; n++) client?.info(`log ${n}`)
await new Promise(() => {})
