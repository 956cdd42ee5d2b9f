import { mainEntry } from './client/main-entry.js'

export { LognitorClient } from './client/client.js'
export {
  captureException,
  child,
  debug,
  error,
  fatal,
  flush,
  getClient,
  heartbeat,
  info,
  init,
  log,
  pause,
  reconfigure,
  registerRelease,
  resume,
  shutdown,
  startTimer,
  stats,
  submitFeedback,
  timed,
  warn,
} from './client/default-client.js'
export type { FeedbackOptions } from './client/feedback.js'
export type { Heartbeat } from './client/heartbeat.js'
export type {
  BreadcrumbOptions,
  LogOptions,
  PerfOptions,
  RequestOptions,
  UserOptions,
} from './client/log-options.js'
export type { ChildOptions, Logger, Timer } from './client/logger.js'
export type { RegisteredRelease, ReleaseOptions } from './client/release.js'
export {
  addBreadcrumb,
  clearUser,
  setContext,
  setSession,
  setTags,
  setUser,
  withScope,
} from './client/scoped.js'
export type { WaitUntil } from './client/serverless/context.js'
export { type ServerlessOptions, wrapHandler } from './client/serverless/wrap-handler.js'
export { type ErrorCode, LognitorError, type WarningCode } from './config/errors.js'
export type { BeforeSend, Options, RedactPattern } from './config/options.js'
export type { DropReason } from './diagnostics/drop-ledger.js'
export { type ExportResult, LognitorLogRecordExporter } from './otel/log-record-exporter.js'
export { LognitorLogRecordProcessor, type LogRecordProcessorOptions } from './otel/log-record-processor.js'
export { recordUnsampled } from './otel/record-unsampled.js'
export { LognitorSpanProcessor } from './otel/span-processor.js'
export type { Stats } from './pipeline/pipeline.js'
export type { ClientOrOptions } from './pipeline/registry.js'
export type { Level } from './wire/level.js'
export type { Breadcrumb, ErrorDetail, Log, RequestDetail, User } from './wire/log.js'
export type { RequestEntry } from './wire/request-entry.js'
export type { Transport, TransportAnswer, TransportRequest } from './wire/transport.js'

mainEntry.isLoaded = true
