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

test('a finding is not cut at a semicolon or colon: it says whole sentences', () => {
  const message = 'The route failed; for all: no way. To mend it: npm install x'
  expect(findingsOf([{ code: 'LOGNITOR_MISSING_PEER', message }])).toMatchObject([
    { wrong: 'The route failed; for all: no way.', mend: 'To mend it: npm install x' },
  ])
})

test('a finding does not advise to run the doctor, which is running', () => {
  const message =
    'One log was lost. To prevent this: raise flushOnExit; or check the address with npx lognitor doctor.'
  expect(findingsOf([{ code: 'LOGNITOR_LOST_AT_END', message }])).toMatchObject([
    { wrong: 'One log was lost.', mend: 'To prevent this: raise flushOnExit.' },
  ])
})
