import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { besideUs, preloaded } from '../program.js'
import type { ProgramEnd } from './failed.js'
import type { Report } from './report.js'

const KILL_AFTER_MS = 5000
/** How long processes that the program has left running may still write to its stderr. */
const LAST_OUTPUT_MS = 300
const MOST_STDERR = 20_000

export interface RunOptions {
  /** The program gets SIGTERM after this time, in milliseconds. */
  readonly limitMs: number
  /** Whether the zero-code entry is loaded too. */
  readonly withRegister: boolean
}

/** What was seen of a program. */
export interface Seen {
  readonly report: Report
  /** Undefined when the doctor has ended the program. */
  readonly end: ProgramEnd | undefined
}

/**
 * Runs a program with the probe. The program's output goes to stderr. Gives what was seen of it, or the reason why there
 * is nothing.
 */
export async function runProbed(
  command: string,
  args: readonly string[],
  { limitMs, withRegister }: RunOptions,
): Promise<Seen | string> {
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-doctor-'))
  const file = join(folder, 'report.json')
  const entries = ['doctor-probe.mjs', ...(withRegister ? ['register.mjs'] : [])].map(besideUs)
  const given = preloaded(command, args, entries)
  const child = spawn(command, given.args, {
    stdio: ['inherit', 2, 'pipe'],
    env: { ...process.env, ...given.env, LOGNITOR_DOCTOR_REPORT: file },
  })
  const startedAt = performance.now()
  const stderr = passOn(child.stderr as Readable)
  let isStopped = false
  const terminate = setTimeout(() => {
    isStopped = child.kill('SIGTERM')
  }, limitMs)
  const kill = setTimeout(() => child.kill('SIGKILL'), limitMs + KILL_AFTER_MS)
  try {
    const failure = await new Promise<string | undefined>((done) => {
      child.once('error', (error) => done(`${command} could not be started: ${error.message}`))
      child.once('exit', () => done(undefined))
    })
    const ms = performance.now() - startedAt
    if (failure !== undefined) return failure
    const { exitCode: code, signalCode: signal } = child
    const end = { command: [command, ...args].join(' '), code, signal, ms, stderr: await stderr() }
    const report = readReport(file)
    if (report === undefined) return `${command} ran no Node.js program that could be observed.`
    return { report, end: isStopped ? undefined : end }
  } finally {
    clearTimeout(terminate)
    clearTimeout(kill)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Passes a program's stderr on. The returned function stops that, and gives the end of what was written. */
function passOn(stream: Readable): () => Promise<string> {
  let text = ''
  const ended = new Promise((done) => stream.once('close', done))
  stream.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk)
    text = `${text}${chunk.toString()}`.slice(-MOST_STDERR)
  })
  return async () => {
    await Promise.race([ended, new Promise((done) => setTimeout(done, LAST_OUTPUT_MS).unref())])
    stream.destroy()
    return text
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
