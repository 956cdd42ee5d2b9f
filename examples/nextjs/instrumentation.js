// Next.js calls this once in each server. The set-up is for Node alone, and so it is a file of its own.
export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('./telemetry.js')
}
