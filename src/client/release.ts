import { parseObject } from '../common/json.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import type { Release } from '../wire/companion.js'
import type { Deploy } from '../wire/log.js'
import { inTime } from './answer-timeout.js'
import { named, text, texts } from './input.js'

/** A release to register. Fields that are left out are sent as null. */
export interface ReleaseOptions {
  version: string
  commitHash?: string | undefined
  branch?: string | undefined
  deployedBy?: string | undefined
  deployUrl?: string | undefined
  changelog?: string | undefined
  services?: readonly string[] | undefined
}

/** Lognitor's answer, with its names in camel case. */
export interface RegisteredRelease {
  releaseId: string
  [key: string]: unknown
}

const DAY_MS = 24 * 3_600_000
const NAMES = [
  'version',
  'commitHash',
  'branch',
  'deployedBy',
  'deployUrl',
  'changelog',
  'services',
] as const satisfies readonly (keyof ReleaseOptions)[]

/**
 * Resolves to Lognitor's answer, or to null when there was none within 10 s. The call is then retried for up to a day,
 * and the release applies once it is registered. Never rejects.
 */
export async function registerRelease(
  pipeline: Pipeline,
  options: ReleaseOptions,
): Promise<RegisteredRelease | null> {
  if (!pipeline.isActive) return null
  const input = named(options, NAMES)
  const body: Release = {
    version: text(input.version) ?? '',
    commit_hash: text(input.commitHash) ?? null,
    branch: text(input.branch) ?? null,
    deployed_by: text(input.deployedBy) ?? null,
    deploy_url: text(input.deployUrl) ?? null,
    changelog: text(input.changelog) ?? null,
    services: texts(input.services) ?? null,
  }
  return inTime(() => register(pipeline, body), null, pipeline)
}

async function register(pipeline: Pipeline, body: Release): Promise<RegisteredRelease | null> {
  const call = { path: '/releases/register', body, withKey: true, retryForMs: DAY_MS }
  const answer = parseObject((await pipeline.apiCaller.run(call)) ?? '')
  const id = text(answer?.release_id)
  if (answer === undefined || !id) return null
  const deploy: Deploy = {}
  if (body.commit_hash !== null) deploy.commit = body.commit_hash
  if (body.branch !== null) deploy.branch = body.branch
  pipeline.setRelease(id, deploy)
  return { ...camelCased(answer), releaseId: id }
}

function camelCased(answer: Record<string, unknown>): Record<string, unknown> {
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [camel(name), value]))
}
