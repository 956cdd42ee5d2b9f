import { randomId } from '../../common/random-id.js'
import { createRequestScope } from '../../scope/current.js'
import type { Scope } from '../../scope/scope.js'
import { readProperty, readText } from '../../translate/property.js'
import type { RequestDetail } from '../../wire/log.js'

/** Creates the scope of one invocation, with its id and, where it answers one, the HTTP request. */
export function invocationScope(args: readonly unknown[], newId: () => string = randomId): Scope {
  const platformId = args.map((argument) => readText(argument, 'awsRequestId')).find(Boolean)
  return createRequestScope({
    requestId: platformId ?? newId(),
    requestIdIsOurs: platformId === undefined,
    request: httpRequest(args[0]),
  })
}

/** The HTTP status of a handler's result: its `statusCode` or `status`, else 200. */
export function answeredStatus(result: unknown): number {
  const status = readProperty(result, 'statusCode') ?? readProperty(result, 'status')
  return typeof status === 'number' ? status : 200
}

/** Reads the events of API Gateway (both payload versions), function URLs and load balancers. */
function httpRequest(event: unknown): RequestDetail | undefined {
  const context = readProperty(event, 'requestContext')
  const http = readProperty(context, 'http')
  const identity = readProperty(context, 'identity')
  const method = readText(http, 'method') ?? readText(event, 'httpMethod')
  const path = readText(event, 'rawPath') ?? readText(event, 'path')
  if (method === undefined || path === undefined) return undefined
  const request: RequestDetail = { method, path }
  const host = readText(context, 'domainName')
  if (host !== undefined) request.url = `https://${host}${path}`
  const ip = readText(http, 'sourceIp') ?? readText(identity, 'sourceIp')
  if (ip !== undefined) request.ip = ip
  const userAgent = readText(http, 'userAgent') ?? readText(identity, 'userAgent')
  if (userAgent !== undefined) request.user_agent = userAgent
  return request
}
