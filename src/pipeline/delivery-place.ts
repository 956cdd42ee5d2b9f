import type { Settings } from '../config/options.js'
import type { Place } from '../delivery/destination.js'
import { httpTransport } from '../delivery/http/http.js'

/**
 * Where these settings send to.
 * @param known the transport that leads there already
 */
export function placeOf(settings: Settings, known?: Place['transport']): Place {
  const { transport, apiUrl, apiKey = '', proxy, compression } = settings
  return {
    apiUrl,
    apiKey,
    proxy,
    transport: transport ?? known ?? httpTransport({ apiUrl, proxy, compression }),
    hasOwnTransport: transport !== undefined,
  }
}
