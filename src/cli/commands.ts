import type { Command } from './command.js'

/** A command in the table: its line in the general help, and how to get it. Loaded only when asked for. */
export interface Listing {
  readonly summary: string
  readonly load: () => Promise<Command>
}

export const COMMANDS: ReadonlyMap<string, Listing> = new Map<string, Listing>([
  [
    'dev',
    {
      summary: 'start the local inbox, and a program that reports to it',
      load: async () => (await import('./dev.js')).dev,
    },
  ],
  [
    'doctor',
    {
      summary: 'say why data is missing, and what to type',
      load: async () => (await import('./doctor.js')).doctor,
    },
  ],
  [
    'gateway',
    {
      summary: 'take OTLP from Collectors and SDKs, and deliver it to Lognitor',
      load: async () => (await import('./gateway.js')).gateway,
    },
  ],
  [
    'spool',
    {
      summary: 'see, deliver or delete what a spool directory holds',
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
