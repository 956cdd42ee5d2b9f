import type { Command } from './command.js'

/** A command in the table: its line in the general help, and the function that loads it. */
export interface Listing {
  readonly summary: string
  readonly load: () => Promise<Command>
}

export const COMMANDS: ReadonlyMap<string, Listing> = new Map<string, Listing>([
  [
    'dev',
    {
      summary: 'start the local inbox and a program that reports to it',
      load: async () => (await import('./dev.js')).dev,
    },
  ],
  [
    'doctor',
    {
      summary: 'say why data is missing and how to fix that',
      load: async () => (await import('./doctor.js')).doctor,
    },
  ],
  [
    'gateway',
    {
      summary: 'receive OTLP from Collectors and SDKs and deliver it to Lognitor',
      load: async () => (await import('./gateway.js')).gateway,
    },
  ],
  [
    'spool',
    {
      summary: 'show, deliver or delete the contents of a spool directory',
      load: async () => (await import('./spool.js')).spool,
    },
  ],
  [
    'tail',
    {
      summary: 'follow the logs of an inbox in the terminal',
      load: async () => (await import('./tail.js')).tail,
    },
  ],
])
