// What OpenTelemetry needs to patch ES modules.
import { register } from 'node:module'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
