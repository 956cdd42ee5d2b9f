import { expect, test } from 'vitest'
import { findingsOf } from '../../src/cli/doctor/warnings.js'

test("a finding keeps another error's sentences in what is wrong, and what to type apart", () => {
  const message =
    'OpenTelemetry runs without the sampler, which failed (TypeError: Cannot read (a) thing. Try again). Install it: npm install x'
  expect(findingsOf([{ code: 'LOGNITOR_NOT_STARTED', message }])).toMatchObject([
    {
      wrong:
        'OpenTelemetry runs without the sampler, which failed (TypeError: Cannot read (a) thing. Try again).',
      mend: 'Install it: npm install x',
    },
  ])
})
