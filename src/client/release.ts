import { parseObject } from '../json.js'
import type { Pipeline } from '../pipeline.js'
import type { Release } from '../wire/companion.js'
import type { Deploy } from '../wire/log.js'
import { fields, texts } from './build-log.js'

export interface ReleaseOptions {
  version: string
  commitHash?: string | undefined
  branch?: string | undefined
  deployedBy?: string | undefined
  deployUrl?: string | undefined
  changelog?: string | undefined
  services?: readonly string[] | undefined
}

/** What Lognitor answered, its names in camel case. */
export interface RegisteredRelease {
  releaseId: string
  [key: string]: unknown
}

const DAY_MS = 24 * 3_600_000

export async function registerRelease(
  pipeline: Pipeline,
  options: ReleaseOptions,
): Promise<RegisteredRelease | null> {
  if (!pipeline.isActive) return null
  const given = fields(options) ?? {}
  const read = (name: keyof ReleaseOptions) => (given[name] === undefined ? null : String(given[name]))
  const body: Release = {
    version: read('version') ?? '',
    commit_hash: read('commitHash'),
    branch: read('branch'),
    deployed_by: read('deployedBy'),
    deploy_url: read('deployUrl'),
    changelog: read('changelog'),
    services: texts(given.services) ?? null,
  }
  const errand = { path: '/releases/register', body, withKey: true, patienceMs: DAY_MS }
  const answer = parseObject((await pipeline.courier.run(errand)) ?? '')
  if (typeof answer?.release_id !== 'string') return null
  const deploy: Deploy = {}
  if (body.commit_hash !== null) deploy.commit = body.commit_hash
  if (body.branch !== null) deploy.branch = body.branch
  pipeline.setRelease(answer.release_id, deploy)
  return camelCased(answer) as RegisteredRelease
}

function camelCased(answer: Record<string, unknown>): Record<string, unknown> {
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [camel(name), value]))
}
