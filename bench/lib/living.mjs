import { startChild } from './child.mjs'
import { SECONDS, secondsPassed } from './time.mjs'

/** Work that is asked for at once while a process warms up, so that a slow machine can stop in between. */
const PIECE = 25_000
/** Share of the time in which all processes of a generation have to be warm. */
const WARM_SHARE = 0.6
const LEAST_ROUNDS = 2

/**
 * Measures variants in living processes. A generation starts one process for each variant, lets it do `young` work and
 * measures it, then `warm` work, and then measures all of them in interleaved rounds. Generations follow each other
 * while there is time, because the compiler treats no two processes alike. Where even one generation has not enough of
 * it, the processes stay younger and the rounds are fewer.
 * @param args arguments of a variant's process, after its name
 * @param file module of the child, which is told the variant's name first; see lib/child.mjs
 * @returns `young` and `warm` figures of each variant, and the least work after which one was warm
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
  const figures = new Map(
    variants.map((name) => [name, { young: [], warm: [], age: Number.POSITIVE_INFINITY }]),
  )
  for (let generation = 0; generation < generations; generation++) {
    if (generation > 0 && secondsPassed() * (1 + 1 / generation) > SECONDS) break
    await oneGeneration(generation)
    if (process.stderr.isTTY) process.stderr.write(`\r  generation ${generation + 1} of ${generations} `)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return figures

  async function oneGeneration(generation) {
    const children = new Map()
    const began = secondsPassed()
    try {
      for (const [n, name] of rotated(variants, generation).entries()) {
        const child = await startChild(file, [name, ...args(name)])
        children.set(name, child)
        await child.ask('warmUp', young)
        figures.get(name).young.push(await measure(name, child))
        const untilSeconds = began + (SECONDS * WARM_SHARE * (n + 1)) / variants.length
        await warmUp(name, child, untilSeconds)
      }
      for (let round = 0; round < rounds; round++) {
        if (round >= LEAST_ROUNDS && secondsPassed() > SECONDS) break
        for (const name of rotated(variants, generation + round))
          figures.get(name).warm.push(await measure(name, children.get(name)))
      }
    } finally {
      for (const child of children.values()) child.stop()
    }
  }

  async function warmUp(name, child, untilSeconds) {
    let done = 0
    while (done < warm && (done === 0 || secondsPassed() < untilSeconds)) {
      const piece = Math.min(PIECE, warm - done)
      await child.ask('warmUp', piece)
      done += piece
    }
    await check?.(name)
    const known = figures.get(name)
    known.age = Math.min(known.age, young + measured + done)
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
