import { SECONDS, secondsPassed } from './time.mjs'

const LEAST_ROUNDS = 2

/**
 * Measures every variant once a round. Each round begins with another variant, so that noise on the machine affects all
 * of them equally. Within `npm run bench` a bench ends early when its time is over, after two rounds at the least.
 * @returns the figures of each variant, in the order of the rounds
 */
export async function interleave(variants, rounds, measure) {
  const figures = new Map(variants.map((variant) => [variant, []]))
  for (let round = 0; round < rounds; round++) {
    if (round >= LEAST_ROUNDS && isTimeOver(round)) break
    for (let n = 0; n < variants.length; n++) {
      const variant = variants[(round + n) % variants.length]
      figures.get(variant).push(await measure(variant))
    }
    if (process.stderr.isTTY) process.stderr.write(`\r  round ${round + 1} of ${rounds} `)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return figures
}

/** Whether another round like those before would end after the time of this bench. */
function isTimeOver(rounds) {
  return secondsPassed() * (1 + 1 / rounds) > SECONDS
}
