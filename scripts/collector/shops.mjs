// Compiles the programs of test/collector/sources/ in Go, Rust and Java, once for each state of their sources.
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { root } from '../lib/install.mjs'
import { answers, cachedFolder, runTool } from './cached.mjs'

const SOURCES = 'test/collector/sources'
/** A program that runs for seconds is not worth the better compiler. */
const QUICK = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** The shop in Go: the path of its program; undefined without Go. */
export async function ensureGoShop() {
  if (!(await answers('go', ['version']))) return undefined
  const folder = await cachedFolder('go-shop', [`${SOURCES}/go`], (folder) =>
    runTool('go', ['build', '-trimpath', '-o', join(folder, 'shop'), '.'], {
      cwd: join(root, SOURCES, 'go'),
      env: {
        ...process.env,
        GOTOOLCHAIN: 'local',
        CGO_ENABLED: '0',
        GOFLAGS: '-buildvcs=false -mod=readonly',
      },
    }),
  )
  return folder && { command: join(folder, 'shop'), args: [] }
}

/** The shop in Rust: the path of its program; undefined without Cargo. */
export async function ensureRustShop() {
  if (!(await answers('cargo', ['--version']))) return undefined
  const folder = await cachedFolder('rust-shop', [`${SOURCES}/rust`], async (folder) => {
    // Cargo writes beside its sources.
    const build = join(folder, 'build')
    await cp(join(root, SOURCES, 'rust'), build, { recursive: true })
    await runTool('cargo', ['build', '--quiet', '--target-dir', 'target'], { cwd: build })
    await rename(join(build, 'target/debug/shop'), join(folder, 'shop'))
    await rm(build, { recursive: true })
  })
  return folder && { command: join(folder, 'shop'), args: [] }
}

/** The shops in Java 17: how each is started; undefined without a JDK and Maven. */
export async function ensureJavaShops() {
  const built = await compile('java-shop', 17, ['java'])
  if (built === undefined) return undefined
  const { java, agent, classPath } = built
  return {
    sdk: { command: java, args: [...QUICK, '-cp', classPath, 'shop.SdkShop'] },
    agent: { command: java, args: [...QUICK, `-javaagent:${agent}`, '-cp', classPath, 'shop.AgentShop'] },
  }
}

/** The shop in Helidon, which needs Java 21: how it is started; undefined without such a JDK and Maven. */
export async function ensureHelidonShop() {
  const built = await compile('helidon-shop', 21, ['helidon', 'java/CardException.java'])
  if (built === undefined) return undefined
  const { java, agent, classPath } = built
  return { command: java, args: [...QUICK, `-javaagent:${agent}`, '-cp', classPath, 'shop.HelidonShop'] }
}

async function compile(name, release, inputs) {
  const home = await jdkOf(release)
  if (home === undefined || !(await answers('mvn', ['--version']))) return undefined
  const places = inputs.map((input) => `${SOURCES}/${input}`)
  const folder = await cachedFolder(name, places, async (folder) => {
    const pom = join(root, places[0], 'pom.xml')
    const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`]
    const env = { ...process.env, JAVA_HOME: home }
    await runTool('mvn', ['--quiet', '--batch-mode', '--file', pom, ...copy], { env })
    const files = await Promise.all(places.map(javaFiles))
    await mkdir(join(folder, 'classes'))
    const options = ['--release', String(release), '-d', join(folder, 'classes')]
    await runTool(join(home, 'bin/javac'), [...options, '-cp', join(folder, 'lib/*'), ...files.flat()])
  })
  if (folder === undefined) return undefined
  const jars = (await readdir(join(folder, 'lib'))).map((jar) => join(folder, 'lib', jar))
  const agent = jars.find((jar) => jar.includes('opentelemetry-javaagent-'))
  const others = jars.filter((jar) => jar !== agent)
  return {
    java: join(home, 'bin/java'),
    agent,
    classPath: [join(folder, 'classes'), ...others].join(delimiter),
  }
}

async function javaFiles(place) {
  const at = join(root, place)
  if (at.endsWith('.java')) return [at]
  return (await readdir(at)).filter((name) => name.endsWith('.java')).map((name) => join(at, name))
}

/** The home of a JDK that compiles for this release: the one in use, otherwise one of those that are installed. */
async function jdkOf(release) {
  for (const home of await jdkHomes()) {
    const version = await readFile(join(home, 'release'), 'utf8').catch(() => '')
    const major = Number(/^JAVA_VERSION="(\d+)/m.exec(version)?.[1] ?? 0)
    if (major >= release && (await answers(join(home, 'bin/javac'), ['-version']))) return home
  }
  return undefined
}

async function jdkHomes() {
  const inUse = await runTool('java', ['-XshowSettings:properties', '-version']).catch(() => ({ stderr: '' }))
  const home = /java\.home = (.*)/.exec(inUse.stderr)?.[1]
  const folder = '/usr/lib/jvm'
  const installed = (await readdir(folder).catch(() => [])).map((name) => join(folder, name))
  return [process.env.JAVA_HOME, home, ...installed].filter((each) => each !== undefined)
}
