import type { StackFrame } from './stack-frame.js'

const JVM_FILE = /\.(?:java|kt|scala|groovy|clj)$/

/** Packages of the JDK and of the languages. */
const PLATFORM = ['java', 'javax', 'jdk', 'sun', 'com.sun', 'kotlin', 'kotlinx', 'scala', 'groovy', 'clojure']

/** Packages of widely used frameworks, servers, drivers and of OpenTelemetry's agent. */
const FRAMEWORKS = [
  'akka',
  'ch.qos.logback',
  'com.fasterxml.jackson',
  'com.google.common',
  'com.google.inject',
  'com.mysql',
  'com.zaxxer.hikari',
  'feign',
  'graphql',
  'io.grpc',
  'io.helidon',
  'io.ktor',
  'io.micrometer',
  'io.micronaut',
  'io.netty',
  'io.opentelemetry',
  'io.quarkus',
  'io.reactivex',
  'io.smallrye',
  'io.undertow',
  'io.vertx',
  'jakarta',
  'net.bytebuddy',
  'okhttp3',
  'org.apache',
  'org.codehaus.groovy',
  'org.eclipse.jetty',
  'org.glassfish',
  'org.h2',
  'org.hibernate',
  'org.jboss',
  'org.junit',
  'org.postgresql',
  'org.slf4j',
  'org.springframework',
  'play.api',
  'reactor',
  'zio',
]

/** What a frame of a JVM language belongs to; undefined for the application, and for a frame of another language. */
export function jvmLibraryOf({ file, function: name }: StackFrame): 'platform' | 'framework' | undefined {
  if (name === undefined || !JVM_FILE.test(file)) return undefined
  // A class loader and a module may stand before the class: `app//com.shop.Pay.go`, `java.base@21/java.lang.Thread.run`.
  const qualified = name.slice(name.lastIndexOf('/') + 1)
  if (PLATFORM.some((prefix) => isWithin(qualified, prefix))) return 'platform'
  return FRAMEWORKS.some((prefix) => isWithin(qualified, prefix)) ? 'framework' : undefined
}

function isWithin(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && name[prefix.length] === '.'
}
