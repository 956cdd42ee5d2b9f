/**
 * Measures every variant once a round, each time beginning with another one, so that what happens on the
 * machine meanwhile meets all of them alike.
 * @returns the figures of each variant, in the order of the rounds
 */
export async function interleave(variants, rounds, measure) {
  const figures = new Map(variants.map((variant) => [variant, []]))
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < variants.length; n++) {
      const variant = variants[(round + n) % variants.length]
      figures.get(variant).push(await measure(variant))
    }
    if (process.stderr.isTTY) process.stderr.write(`\r  round ${round + 1} of ${rounds} `)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return figures
}
