import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json'
import type { Program } from '../support/program.js'
import { buildCli } from './support.js'

let program: Program

beforeAll(async () => {
  program = await buildCli()
})

afterAll(() => program.remove())

describe('lognitor', () => {
  it.each([
    [[], 'Usage: lognitor <command>'],
    [['--help'], '  tail '],
    [['dev', '--help'], 'Usage: lognitor dev'],
    [['tail', '-h'], 'Usage: lognitor tail'],
    [['--version'], manifest.version],
  ])('prints help: %j', async (args, text) => {
    const run = program.start(args)
    expect(await run.ended).toBe(0)
    expect(run.stdout()).toContain(text)
    expect(run.stderr()).toBe('')
  })

  it.each([
    [['serve'], 'There is no command "serve".'],
    [['dev', '--prot', '5'], "Unknown option '--prot'."],
    [['dev', '--port', 'many'], '--port must be a whole number from 0 to 65535, not "many".'],
    [['dev', '--port'], "Option '--port <value>' argument missing."],
    [
      ['dev', 'node', 'app.js'],
      'Put the program behind --: lognitor dev -- node app.js\nTry lognitor dev --help.',
    ],
    [['tail', '--level', 'loud'], '--level must be one of debug, info, warn, error, fatal, not "loud".'],
    [['tail', '--url', 'ftp://x'], '--url must be an http address, not "ftp://x".'],
  ])('refuses %j with exit code 2', async (args, text) => {
    const run = program.start(args)
    expect(await run.ended).toBe(2)
    expect(run.stderr()).toContain(text)
    expect(run.stdout()).toBe('')
  })
})
