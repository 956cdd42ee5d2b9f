import { readProperty } from '../../src/translate/property.js'
import { openRequestOf } from '../open-requests.js'
import { type CaptureOptions, createCapture } from './capture.js'

interface ExceptionFilterLike {
  // biome-ignore lint/suspicious/noExplicitAny: Nest's own host, of whatever version
  catch(exception: any, host: any): any
}

/**
 * Wraps a NestJS exception filter so that it captures the exception, together with its request, before it answers. It
 * serves applications without the NestJS instrumentation; with both, one failure is still one log.
 *
 * @example
 * app.useGlobalFilters(nestExceptionFilter(new BaseExceptionFilter(app.getHttpAdapter())))
 */
export function nestExceptionFilter<Filter extends ExceptionFilterLike>(
  filter: Filter,
  options?: CaptureOptions,
): Filter {
  const capture = createCapture(options)
  // The wrapper inherits from the filter itself, because Nest reads the filter's metadata for the exceptions it
  // catches.
  return Object.assign(Object.create(filter) as Filter, {
    catch(exception: unknown, host: unknown): unknown {
      capture(exception, requestOf(host))
      return filter.catch(exception, host)
    },
  })
}

/** Node's request behind the request of Express or Fastify. */
function requestOf(host: unknown): object | undefined {
  try {
    const { switchToHttp } = host as { switchToHttp(): { getRequest(): object } }
    const request = switchToHttp.call(host).getRequest()
    const raw = readProperty(request, 'raw')
    return openRequestOf(request) === undefined && typeof raw === 'object' && raw !== null ? raw : request
  } catch {
    return undefined
  }
}
