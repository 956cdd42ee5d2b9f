import { onTestFinished } from 'vitest'
import { createProject, type ProjectOptions } from '../support/project.js'

export interface Examined {
  readonly status: number | string | null
  readonly codes: string[]
  readonly findings: readonly { code: string; wrong: string; costs: string; mend: string }[]
  readonly stderr: string
  readonly text: string
}

/** Runs `lognitor doctor` of the built package in a project. */
export async function examine(
  options: ProjectOptions,
  args: readonly string[],
  env: Record<string, string> = {},
  { node, isText = false }: { node?: string; isText?: boolean } = {},
): Promise<Examined> {
  const project = createProject(options)
  onTestFinished(() => project.remove())
  const cli = 'node_modules/@lognitor/opentelemetry/dist/cli.cjs'
  // A program that ends by itself has all the time it takes on a busy machine.
  const patience = args[0] === '--' ? ['--seconds', '50'] : []
  const all = [cli, 'doctor', ...(isText ? [] : ['--json']), ...patience, ...args]
  const program = project.start(all, { env, ...(node !== undefined && { node }) })
  const status = await program.ended
  const text = program.stdout()
  const { findings = [] } = isText || text === '' ? {} : JSON.parse(text)
  const codes = findings.map(({ code }: { code: string }) => code)
  return { status, codes, findings, stderr: program.stderr(), text }
}
