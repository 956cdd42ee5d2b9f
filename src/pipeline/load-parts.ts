import { warnOnce } from '../config/errors.js'
import { type Settings, sealSettings } from '../config/options.js'
import { policySettings } from '../policy/settings.js'
import { prepareSpool } from './open-spool.js'

/**
 * Loads the late parts (docs/architecture.md) that a pipeline with these settings needs.
 * @throws when a deployment has removed them
 */
export function prepare(settings: Settings): void {
  policySettings(settings)
  prepareSpool(settings)
}

/**
 * The settings for a pipeline that nobody has asked for by `init` or a constructor, so that nobody expects an exception.
 * Without the code of the spool, logs are held in memory only. Without the code of the redaction nothing is sent.
 */
export function loadedSettings(settings: Settings): Settings {
  const { spool: _spool, ...inMemory } = settings
  const off = { ...inMemory, redactPatterns: [], enabled: false }
  const [first, error] = firstThatLoads([settings, inMemory])
  if (error !== undefined) warn(first === undefined, error)
  return first === settings ? settings : sealSettings({ ...(first ?? off) })
}

/** The first of these settings whose code could be loaded, and why the code of another could not. */
function firstThatLoads(choices: readonly Settings[]): [Settings | undefined, unknown] {
  let failure: unknown
  for (const settings of choices) {
    try {
      prepare(settings)
      return [settings, failure]
    } catch (error) {
      failure = error
    }
  }
  return [undefined, failure]
}

function warn(isOff: boolean, error: unknown): void {
  const what = isOff
    ? 'redaction could not be loaded, and logs are dropped'
    : 'spool could not be loaded, and logs are in memory only'
  const [why] = String(error).split('\n', 1)
  warnOnce(
    'LOGNITOR_FILES_MISSING',
    `The code of the ${what}: ${why}. Restart the process, or call init at its start, before a deployment replaces the files.`,
  )
}
