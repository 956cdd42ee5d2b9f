import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProgram, type Program } from '../support/program.js'
import type { Run } from '../support/run.js'

/** The `lognitor` program, with a stand-in for the zero-code entry. */
export async function buildCli(): Promise<Program> {
  const program = await buildProgram('src/cli/main.ts')
  writeFileSync(join(program.folder, 'register.mjs'), 'globalThis.isRegistered = true\n')
  return program
}

/** The inbox's address, once the program has printed it. */
export const addressOf = (run: Run): Promise<string> => run.printed(/Lognitor inbox: (http:\S+)/)
