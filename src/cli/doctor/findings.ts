import { existsSync, realpathSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'

/** Findings of `lognitor doctor`, by stable code. The text is the heading of the section in docs/troubleshooting.md. */
export const FINDINGS = {
  PROGRAM_FAILED: 'The program ended with an error',
  NO_KEY: 'No API key is set',
  KEY_REFUSED: 'Lognitor refuses the API key',
  ADDRESS_UNREACHABLE: 'The address cannot be reached',
  ADDRESS_WRONG: 'The address does not answer like Lognitor',
  ENVIRONMENT_WRONG: 'A variable has a value it cannot have',
  PROXY_UNUSABLE: 'The proxy that the environment names cannot be used',
  PROXY_REFUSED: 'The proxy refuses the connection',
  TLS_FAILED: 'No secure connection',
  CLOCK_WRONG: 'The clock of this machine is wrong',
  QUOTA_USED: 'The quota or request rate is used up',
  SDK_MISSING: 'The SDK of OpenTelemetry is not installed',
  SDK_NOT_STARTED: 'No OpenTelemetry SDK was started',
  INSTRUMENTATION_MISSING: 'An instrumentation is missing for something that is used',
  VERSION_UNSUPPORTED: 'An instrumentation does not support the version of its package',
  LOADED_TOO_LATE: 'OpenTelemetry was started after what it instruments',
  LOADER_HOOK_INACTIVE: 'ES modules are not instrumented',
  TWO_SDKS: 'Two OpenTelemetry SDKs run',
  TWO_HTTP_INSTRUMENTATIONS: 'Two HTTP instrumentations are active',
  EXPORT_STOPPED: 'An OTLP export that the environment asks for does not happen',
  TWO_API_COPIES: 'Two copies of the OpenTelemetry API',
  TWO_LOGNITOR_COPIES: 'Two copies of this package',
  OTHER_LINE: 'The SDK and the API are of different lines of OpenTelemetry',
  OLDER_BRIDGE: 'A log bridge writes to an API without a provider',
  SAMPLER_DROPS: 'The sampler hides errors',
  NO_CONTEXT_MANAGER: 'No context manager: logs have no trace ids',
  BUNDLED: 'The application is bundled with what should be instrumented',
  CONSOLE_ONLY: 'The application logs by console alone',
  NO_EXIT_DELIVERY: 'Node may start no threads',
  LOST_AT_END: 'Logs were lost at the end',
  SPOOL_UNAVAILABLE: 'The spool directory cannot be written',
} as const

export type FindingCode = keyof typeof FINDINGS

/** One problem. Each text is a sentence or two for people. */
export interface Finding {
  readonly code: FindingCode
  /** The problem. */
  readonly wrong: string
  /** Its consequence. */
  readonly costs: string
  /** How to fix it: a command or a change. */
  readonly mend: string
}

/** Where the findings are printed. */
interface Place {
  /** The file of this program. */
  readonly file: string
  readonly cwd: string
}

/** The findings as text: one block each. */
export function printFindings(findings: readonly Finding[], place = here()): string {
  if (findings.length === 0) return 'lognitor doctor found nothing wrong.\n'
  const blocks = findings.map(
    ({ code, wrong, costs, mend }) => `${code}: ${FINDINGS[code]}\n  ${wrong}\n  ${costs}\n  ${mend}\n`,
  )
  return `${blocks.join('\n')}\nMore on each: ${pageFrom(place)}\n`
}

function here(): Place {
  return { file: process.argv[1] ?? '', cwd: process.cwd() }
}

/** The path of the page about the findings. Words where the page is not installed. */
function pageFrom({ file, cwd }: Place): string {
  const page = join(existsSync(file) ? realpathSync(file) : file, '../../docs/troubleshooting.md')
  if (!existsSync(page)) return 'docs/troubleshooting.md of @lognitor/opentelemetry.'
  const path = relative(cwd, page)
  return path.startsWith('..') || isAbsolute(path) ? page : path
}

/** Removes findings with the same code and text. */
export function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.wrong}`, finding])).values()]
}
