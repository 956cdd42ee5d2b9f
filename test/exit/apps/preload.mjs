// A preload makes a client in every thread.
import { info, init } from '@lognitor/opentelemetry'

init()
info('preloaded')
