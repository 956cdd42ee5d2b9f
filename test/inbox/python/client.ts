import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Inbox } from '../../../src/testing/index.js'
import { start } from '../../support/run.js'

const CLIENT = 'lognitor==1.0.3'

/** The official client in its own virtual environment, created once. @returns the path of its Python */
export async function installClient(folder: string): Promise<string> {
  const python = join(folder, 'bin', 'python')
  if (existsSync(python)) {
    const check = `import importlib.metadata as m; assert m.version('lognitor') == '1.0.3'`
    if ((await start(['-c', check], { node: python }).ended) === 0) return python
  }
  await succeed('python3', ['-m', 'venv', '--clear', folder])
  await succeed(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', CLIENT])
  return python
}

/** Runs all cases. @returns the inbox's counts by case */
export async function runCases(python: string, inbox: Inbox): Promise<Map<string, Record<string, number>>> {
  const script = join(import.meta.dirname, 'cases.py')
  const output = await succeed(python, [script, inbox.apiUrl, `${inbox.url}/inbox/api/stats`])
  const counted = new Map<string, Record<string, number>>()
  for (const line of output.trim().split('\n')) {
    const { case: name, ...counts } = JSON.parse(line) as { case: string } & Record<string, number>
    counted.set(name, counts)
  }
  return counted
}

async function succeed(python: string, args: string[]): Promise<string> {
  const run = start(args, { node: python })
  const end = await run.ended
  if (end !== 0)
    throw new Error(`${python} ${args.join(' ')} ended with ${end}:\n${run.stdout()}${run.stderr()}`)
  return run.stdout()
}
