import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { besideUs, preloaded } from '../program.js'
import type { Report } from './report.js'

const KILL_AFTER_MS = 5000

export interface RunOptions {
  /** The program gets SIGTERM after this time, in milliseconds. */
  readonly limitMs: number
  /** Whether the zero-code entry is loaded too. */
  readonly withRegister: boolean
}

/**
 * Runs a program with the probe. The program's output goes to stderr. Gives the probe's report, or the reason why there
 * is none.
 */
export async function runProbed(
  command: string,
  args: readonly string[],
  { limitMs, withRegister }: RunOptions,
): Promise<Report | string> {
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-doctor-'))
  const file = join(folder, 'report.json')
  const entries = ['doctor-probe.mjs', ...(withRegister ? ['register.mjs'] : [])].map(besideUs)
  const given = preloaded(command, args, entries)
  const child = spawn(command, given.args, {
    stdio: ['inherit', 2, 2],
    env: { ...process.env, ...given.env, LOGNITOR_DOCTOR_REPORT: file },
  })
  const terminate = setTimeout(() => child.kill('SIGTERM'), limitMs)
  const kill = setTimeout(() => child.kill('SIGKILL'), limitMs + KILL_AFTER_MS)
  try {
    const failure = await new Promise<string | undefined>((done) => {
      child.once('error', (error) => done(`${command} could not be started: ${error.message}`))
      child.once('exit', () => done(undefined))
    })
    return failure ?? readReport(file) ?? `${command} ran no Node.js program that could be observed.`
  } finally {
    clearTimeout(terminate)
    clearTimeout(kill)
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Whether the command line or NODE_OPTIONS loads a module of the application first. */
export function hasOwnPreload(args: readonly string[]): boolean {
  const script = args.findIndex((arg) => !arg.startsWith('-'))
  const options = [
    ...(script < 0 ? args : args.slice(0, script)),
    ...(process.env.NODE_OPTIONS ?? '').split(/\s+/),
  ]
  return options.some((arg) => /^(--import|--require|-r|--loader|--experimental-loader)(=|$)/.test(arg))
}

/** The application's file among node's arguments; undefined when none can be found. */
export function scriptOf(args: readonly string[]): string | undefined {
  const script = args.find((arg) => /\.[cm]?js$/.test(arg) && !arg.startsWith('-'))
  return script && resolve(script)
}
