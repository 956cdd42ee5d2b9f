import type { ComponentChildren } from 'preact'
import './badge.css'

/** A word for the state of something. */
export function Badge({
  kind,
  children,
}: {
  kind: 'good' | 'bad' | 'warn' | 'accent' | 'quiet'
  children: ComponentChildren
}) {
  return <span class={`badge ${kind}`}>{children}</span>
}
