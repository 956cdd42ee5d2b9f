import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { generation, revision } from './live.js'

/** The last result of a call, and the error of the present one. */
export interface Called<T> {
  readonly data: T | undefined
  readonly error: string | undefined
}

const EVERY_MS = 1000

/** Calls the inbox. @throws Error with the inbox's message when it refuses */
export async function callInbox<T>(path: string, init?: RequestInit): Promise<T> {
  pending.value = pending.peek() + 1
  try {
    const response = await fetch(`/inbox/api/${path}`, init)
    const json = (await response.json()) as T & { message?: string }
    if (!response.ok) throw new Error(json.message ?? `The inbox answered ${response.status}.`)
    return json
  } finally {
    pending.value = pending.peek() - 1
  }
}

/** Number of calls without an answer yet. */
export const pending = signal(0)

export function put<T>(path: string, body: unknown): Promise<T> {
  return callInbox<T>(path, { method: 'PUT', body: JSON.stringify(body) })
}

/**
 * The result of a call, fetched again after each change: at most once in `everyMs`, and never twice at the same time.
 * While another path is being fetched, the last result stays.
 * @param path below `/inbox/api/`; nothing is fetched while it is undefined
 */
export function useCall<T>(path: string | undefined, everyMs = EVERY_MS): Called<T> {
  const [called, setCalled] = useState<Called<T>>({ data: undefined, error: undefined })
  const shown = useRef(called)
  useEffect(() => {
    if (path === undefined) return
    let isOver = false
    let isCalling = false
    let isStale = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (next: Called<T>) => {
      if (isOver) return
      shown.current = next
      setCalled(next)
    }
    const call = async () => {
      isCalling = true
      isStale = false
      try {
        show({ data: await callInbox<T>(path), error: undefined })
      } catch (error) {
        show({ data: shown.current.data, error: error instanceof Error ? error.message : String(error) })
      }
      timer = setTimeout(() => {
        isCalling = false
        if (isStale && !isOver) void call()
      }, everyMs)
    }
    const onChange = () => {
      if (isCalling) isStale = true
      else void call()
    }
    const stop = revision.subscribe(onChange)
    return () => {
      isOver = true
      clearTimeout(timer)
      stop()
    }
  }, [path, everyMs, generation.value])
  return called
}
