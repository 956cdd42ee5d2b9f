import { describe, expect, it } from 'vitest'
import { translateResource } from '../../src/translate/resource.js'

describe('a resource', () => {
  it('gives the fields of the current conventions', () => {
    const attributes = {
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'production',
      'host.name': 'h1',
      'vcs.ref.head.revision': 'abc',
      'vcs.ref.head.name': 'main',
    }
    expect(translateResource(attributes)).toStrictEqual({
      service: 'shop',
      environment: 'production',
      version: '1.2.3',
      hostname: 'h1',
      deploy: { commit: 'abc', branch: 'main' },
    })
  })

  it('gives the environment of the older ones, unless both are there', () => {
    expect(translateResource({ 'deployment.environment': 'old' })).toEqual({ environment: 'old' })
    const both = { 'deployment.environment': 'old', 'deployment.environment.name': 'new' }
    expect(translateResource(both)).toEqual({ environment: 'new' })
    expect(translateResource(both, { allAttributes: true })).toEqual({
      environment: 'new',
      metadata: { 'deployment.environment': 'old' },
    })
  })

  it.each(['unknown_service', 'unknown_service:node'])('does not take %s for a name', (name) => {
    expect(translateResource({ 'service.name': name }, { allAttributes: true })).toEqual({})
    expect(translateResource({ 'service.name': 'unknown_services' })).toEqual({ service: 'unknown_services' })
  })

  it('says in metadata where the service runs', () => {
    const places = {
      'service.namespace': 'shop',
      'service.instance.id': 'i1',
      'k8s.pod.name': 'p',
      'k8s.namespace.name': 'n',
      'container.id': 'c',
      'cloud.region': 'eu',
    }
    const others = { 'k8s.pod.uid': 'u', 'process.pid': 1, 'telemetry.sdk.name': 'opentelemetry' }
    expect(translateResource({ ...others, ...places })).toEqual({ metadata: places })
    expect(translateResource({ ...others, ...places }, { allAttributes: true })).toEqual({
      metadata: { ...others, ...places },
    })
  })

  it('survives attributes of every kind', () => {
    const attributes = Object.defineProperty({ 'service.name': 5, 'host.name': '', big: 2n ** 60n }, 'trap', {
      enumerable: true,
      get() {
        throw new Error('no')
      },
    })
    expect(translateResource(attributes, { allAttributes: true })).toEqual({
      metadata: { 'service.name': 5, 'host.name': '', big: '1152921504606846976' },
    })
    expect(translateResource(null as unknown as Record<string, unknown>)).toEqual({})
  })
})
