import { builtin } from '../common/builtin.js'
import type { Settings } from '../config/options.js'
import { applicationName } from '../config/package-name.js'
import type { ResourceFields } from '../translate/resource.js'
import type { Deploy, Fields, Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'

interface Release {
  readonly id?: string | undefined
  readonly deploy?: Deploy | undefined
}

/** The combination of settings, resource and release; computed when one of them changes and not for each log. */
interface Known extends Readonly<Record<'service' | 'environment' | 'version', string | undefined>> {
  readonly hostname: string
  readonly releaseId: string | undefined
  readonly deploy: Deploy | undefined
  readonly metadata: Fields | undefined
}

// Read once: each call is a system call.
let hostname: string | undefined

function ownHostname(): string {
  hostname ??= builtin('node:os').hostname()
  return hostname
}

/** The defaults of a client's logs, from its options, the OpenTelemetry resource and a registered release. */
export class ResourceDefaults {
  #settings: Settings
  #resource: ResourceFields = {}
  #release: Release = {}
  #known: Known

  constructor(settings: Settings) {
    this.#settings = settings
    this.#known = combine(settings, this.#resource, this.#release)
  }

  reconfigure(settings: Settings): void {
    const { releaseId } = settings
    if (releaseId !== this.#settings.releaseId) this.#release = { ...this.#release, id: releaseId }
    this.#settings = settings
    this.#combine()
  }

  /** Takes the facts of an OpenTelemetry resource; the first value of each field counts. */
  learn(resource: ResourceFields): void {
    this.#resource = { ...resource, ...this.#resource }
    this.#combine()
  }

  /** From here on the logs of all entry points belong to this release, whatever the option `releaseId` says. */
  setRelease(id: string, deploy: Deploy): void {
    this.#release = { id, ...(Object.keys(deploy).length > 0 && { deploy }) }
    this.#combine()
  }

  /**
   * Fills the fields that a log does not have.
   * @param isForeign true for a record or span, which carries its resource's values: the client's options override
   *   these
   */
  fill(log: Log, isForeign: boolean): void {
    const { service, environment, version, hostname, releaseId, deploy, metadata } = this.#known
    const options = isForeign ? this.#settings : NO_OPTIONS
    // One statement per field: a loop over the names is several times slower in V8.
    if (service !== undefined && (log.service === undefined || options.service !== undefined)) {
      log.service = service
    }
    if (environment !== undefined && (log.environment === undefined || options.environment !== undefined)) {
      log.environment = environment
    }
    if (version !== undefined && (log.version === undefined || options.version !== undefined)) {
      log.version = version
    }
    if (log.hostname === undefined) log.hostname = hostname
    if (releaseId !== undefined && log.release_id === undefined) log.release_id = releaseId
    if (deploy !== undefined) log.deploy = { ...deploy, ...ownDeploy(log.deploy, this.#resource.deploy) }
    if (metadata !== undefined && !isForeign) log.metadata = { ...metadata, ...log.metadata }
  }

  fillRequest(entry: RequestEntry): void {
    const { service, environment, version } = this.#known
    if (service !== undefined) entry.service ??= service
    if (environment !== undefined) entry.environment ??= environment
    if (version !== undefined) entry.version ??= version
  }

  #combine(): void {
    this.#known = combine(this.#settings, this.#resource, this.#release)
  }
}

const NO_OPTIONS: Partial<Settings> = {}

function combine(
  { service, environment, version, fallback, releaseId }: Settings,
  resource: ResourceFields,
  release: Release,
): Known {
  return {
    service: service ?? resource.service ?? fallback.service ?? applicationName(),
    environment: environment ?? resource.environment ?? fallback.environment,
    version: version ?? resource.version ?? fallback.version,
    hostname: resource.hostname ?? ownHostname(),
    releaseId: release.id ?? releaseId,
    deploy: release.deploy ?? resource.deploy,
    metadata: resource.metadata,
  }
}

/** The log's own values without those that only repeat the resource; a registered release overrides the resource. */
function ownDeploy(deploy: Deploy | undefined, resource: Deploy = {}): Deploy {
  const entries = Object.entries(deploy ?? {}).filter(
    ([name, value]) => resource[name as keyof Deploy] !== value,
  )
  return Object.fromEntries(entries)
}
