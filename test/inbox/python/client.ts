import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Inbox } from '../../../src/testing/index.js'

const CLIENT = 'lognitor==1.0.3'

/** The official client in its own virtual environment, created once. @returns the path of its Python */
export async function installClient(folder: string): Promise<string> {
  const python = join(folder, 'bin', 'python')
  const isThere = await run(python, [
    '-c',
    `import importlib.metadata as m; assert m.version('lognitor') == '1.0.3'`,
  ])
  if (isThere.code === 0) return python
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

async function succeed(command: string, args: string[]): Promise<string> {
  const { code, output, errors } = await run(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}${errors}`)
  return output
}

/** Not spawnSync, because the inbox in this process has to answer meanwhile. */
function run(command: string, args: string[]): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString()
    })
    child.stderr.on('data', (piece: Buffer) => {
      errors += piece.toString()
    })
    child.on('error', (error) => resolve({ code: -1, output, errors: error.message }))
    child.on('close', (code) => resolve({ code: code ?? -1, output, errors }))
  })
}
