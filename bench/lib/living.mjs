import { startChild } from './child.mjs'

/**
 * Measures variants in living processes. A generation starts one process for each variant, lets it do `young` work and
 * measures it, then `warm` work, and then measures all of them in interleaved rounds. Generations follow each other
 * until the time is over, because the compiler treats no two processes alike.
 * @param args arguments of a variant's process, after its name
 * @param file module of the child, which is told the variant's name first; see lib/child.mjs
 * @returns `young` and `warm` figures of each variant
 */
export async function measureLiving({
  file,
  variants,
  args,
  young,
  warm,
  measured,
  rounds = 4,
  generations = 3,
  check,
}) {
  const seconds = Number(process.env.BENCH_SECONDS ?? Number.POSITIVE_INFINITY)
  const figures = new Map(variants.map((name) => [name, { young: [], warm: [] }]))
  for (let generation = 0; generation < generations; generation++) {
    const spent = performance.now() / 1000
    if (generation > 0 && spent * (1 + 1 / generation) > seconds) break
    await oneGeneration(generation)
    if (process.stderr.isTTY) process.stderr.write(`\r  generation ${generation + 1} of ${generations} `)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return figures

  async function oneGeneration(generation) {
    const children = new Map()
    try {
      for (const name of rotated(variants, generation)) {
        const child = await startChild(file, [name, ...args(name)])
        children.set(name, child)
        await child.ask('warmUp', young)
        figures.get(name).young.push(await measure(name, child))
        await child.ask('warmUp', warm)
        await check?.(name, warm)
      }
      for (let round = 0; round < rounds; round++)
        for (const name of rotated(variants, generation + round))
          figures.get(name).warm.push(await measure(name, children.get(name)))
    } finally {
      for (const child of children.values()) child.stop()
    }
  }

  async function measure(name, child) {
    await check?.(name)
    const { result } = await child.ask('measure', measured)
    await check?.(name, measured)
    return result
  }
}

function rotated(items, by) {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
