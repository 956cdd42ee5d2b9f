// A preload creates a client in every thread.
import { info, init } from '@lognitor/opentelemetry'

init()
info('preloaded')
