import { counted } from '../common/counted.js'
import { type Command, parseFlags, UsageError, wholeFlag } from './command.js'
import { checkDelivery } from './doctor/delivery.js'
import { findingOfEnd } from './doctor/failed.js'
import { distinct, type Finding, printFindings } from './doctor/findings.js'
import { checkBundle, checkProject } from './doctor/project.js'
import { type Accepted, findingsIn } from './doctor/report.js'
import { hasOwnPreload, runProbed, scriptOf } from './doctor/run.js'
import { hearWarnings } from './doctor/warnings.js'

const DEFAULT_SECONDS = 10

const HELP = `Usage: lognitor doctor [options] [-- node app.js]

Says why data is missing, what that costs, and how to fix it. Checks the environment, the
address of Lognitor and the packages of this folder. With a program, the doctor also runs
the program, with the zero-code entry unless it loads a set-up of its own, and observes it.

  --json             findings as JSON
  --seconds N        longest the program runs; then it gets SIGTERM (${DEFAULT_SECONDS})
  --no-register      without the zero-code entry: the program sets up OpenTelemetry itself
  -h, --help         print this

Exit status: 0 nothing is wrong, 1 there are findings, 2 the check could not be done.

  lognitor doctor
  lognitor doctor -- node app.js`

/** `lognitor doctor` */
export const doctor: Command = {
  help: HELP,
  async run(args) {
    const split = args.indexOf('--')
    const [command, ...rest] = split < 0 ? [] : args.slice(split + 1)
    const own = split < 0 ? args : args.slice(0, split)
    if (own.length > 0 && !own[0]?.startsWith('-')) {
      throw new UsageError(`Put the program behind --: lognitor doctor -- ${own.join(' ')}`)
    }
    const flags = parseFlags(own, {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      'no-register': { type: 'boolean', default: false },
    })
    const seconds = wholeFlag('seconds', flags.seconds, 1, 3600) ?? DEFAULT_SECONDS
    const heard = hearWarnings()
    const findings = [...(await checkDelivery()), ...checkProject(process.cwd())]
    findings.push(...besides(findings, await heard()))
    if (command !== undefined) {
      const script = scriptOf(rest)
      if (script !== undefined) findings.push(...checkBundle(script))
      const withRegister = !flags['no-register'] && !hasOwnPreload(rest)
      announce([command, ...rest], seconds)
      const seen = await runProbed(command, rest, { limitMs: seconds * 1000, withRegister })
      if (typeof seen === 'string') return cannotTell(seen, findings, flags.json)
      findings.push(...besides(findings, findingsIn(seen.report)))
      if (seen.end !== undefined) findings.unshift(...findingOfEnd(seen.end))
      sayAccepted(seen.report.accepted)
    }
    print(distinct(findings), flags.json)
    return findings.length > 0 ? 1 : 0
  },
}

function announce(command: readonly string[], seconds: number): void {
  process.stderr.write(
    `lognitor: ${command.join(' ')} runs for at most ${counted(seconds, 'second', 'seconds')}. ` +
      'Send it a request meanwhile, so that the doctor can see what arrives.\n',
  )
}

function sayAccepted({ logs, requests }: Accepted): void {
  const counts = `${counted(logs, 'log', 'logs')} and ${counted(requests, 'request entry', 'request entries')}`
  const hint = requests > 0 ? '' : ' No request was seen.'
  process.stderr.write(`lognitor: Lognitor accepted ${counts} of the program.${hint}\n`)
}

/** Findings from the program's own warnings, without those for which a closer check has found something. */
function besides(known: readonly Finding[], more: readonly Finding[]): Finding[] {
  const codes = new Set(known.map(({ code }) => code))
  return more.filter(({ code }) => !codes.has(code))
}

function cannotTell(why: string, findings: readonly Finding[], isJson: boolean): number {
  process.stderr.write(`lognitor: ${why}\n`)
  print(findings, isJson)
  return 2
}

function print(findings: readonly Finding[], isJson: boolean): void {
  process.stdout.write(isJson ? `${JSON.stringify({ findings })}\n` : printFindings(findings))
}
