import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { root } from './install.mjs'

/** Usual paths of Chrome and Chromium. */
const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

const ARGS = [
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--font-render-hinting=none',
]

/**
 * Starts the Chromium in `CHROMIUM_PATH`, or an installed one, or that of the development package, with the libraries
 * that a minimal machine lacks.
 */
export async function launchChromium() {
  const installed = [process.env.CHROMIUM_PATH, ...USUAL].find((path) => path && existsSync(path))
  if (installed !== undefined) return launch(installed, process.env)
  const folder = await unpacked()
  const path = join(folder, 'chromium')
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }
  const env = { ...process.env, ...fonts }
  try {
    return await launch(path, env)
  } catch {
    return launch(path, { ...env, LD_LIBRARY_PATH: join(folder, 'al2023/lib') })
  }
}

function launch(executablePath, env) {
  const isRoot = process.getuid?.() === 0
  // Chromium ends with this process in any case. Listeners to signals would only change how this process ends.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }
  return chromium.launch({ executablePath, env, args: isRoot ? [...ARGS, '--no-sandbox'] : ARGS, ...signals })
}

/**
 * Unpacks the package's binary, fonts and libraries to a new folder, and moves the folder into place when complete:
 * other processes may do the same.
 */
async function unpacked() {
  const folder = join(root, '.cache/chromium')
  if (existsSync(folder)) return folder
  const own = `${folder}-${process.pid}`
  mkdirSync(own, { recursive: true })
  const before = { ...process.env }
  // The package unpacks into the folder for temporary files, and its libraries only when it believes to be in a Lambda.
  Object.assign(process.env, { TMPDIR: own, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' })
  try {
    const { default: packed } = await import('@sparticuz/chromium')
    await packed.executablePath()
  } finally {
    for (const name of ['TMPDIR', 'AWS_EXECUTION_ENV', 'LD_LIBRARY_PATH', 'FONTCONFIG_PATH']) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
  try {
    renameSync(own, folder)
  } catch (error) {
    rmSync(own, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}
