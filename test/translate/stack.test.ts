import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applicationFrame } from '../../src/translate/stack.js'

const PYTHON = `Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    run()
  File "/app/run.py", line 19, in cap
    raise KeyError('x')
  File "/venv/lib/python3.12/site-packages/lib/core.py", line 7, in go
KeyError: 'x'
`

describe('the frame of the application', () => {
  it.each<[string, string, ReturnType<typeof applicationFrame>]>([
    [
      'a named function',
      'at pay (/app/pay.js:12:7)',
      { file: '/app/pay.js', line: 12, column: 7, function: 'pay' },
    ],
    ['no name', 'at /app/pay.js:12:7', { file: '/app/pay.js', line: 12, column: 7 }],
    [
      'async',
      'at async pay (/app/pay.js:12:7)',
      { file: '/app/pay.js', line: 12, column: 7, function: 'pay' },
    ],
    ['async without name', 'at async /app/pay.js:12:7', { file: '/app/pay.js', line: 12, column: 7 }],
    [
      'a constructor',
      'at new Pay (/app/pay.js:1:2)',
      { file: '/app/pay.js', line: 1, column: 2, function: 'new Pay' },
    ],
    [
      'a method with an alias',
      'at Pay.go [as run] (/a.js:1:2)',
      { file: '/a.js', line: 1, column: 2, function: 'Pay.go [as run]' },
    ],
    [
      'an ES module',
      'at pay (file:///app/a%20b.mjs:1:2)',
      { file: '/app/a b.mjs', line: 1, column: 2, function: 'pay' },
    ],
    [
      'Windows',
      'at pay (C:\\app\\pay.js:1:2)',
      { file: 'C:\\app\\pay.js', line: 1, column: 2, function: 'pay' },
    ],
    [
      'an ES module on Windows',
      'at file:///C:/app/pay.mjs:1:2',
      { file: 'C:/app/pay.mjs', line: 1, column: 2 },
    ],
    [
      'a path with parentheses',
      'at pay (/app/(shop)/pay.js:1:2)',
      { file: '/app/(shop)/pay.js', line: 1, column: 2, function: 'pay' },
    ],
    [
      'eval',
      'at eval (eval at pay (/app/pay.js:5:6), <anonymous>:1:1)',
      { file: '/app/pay.js', line: 5, column: 6 },
    ],
    ['node -e', 'at [eval]:7:9', { file: '[eval]', line: 7, column: 9 }],
    ['Java', 'at com.shop.Pay.go(Pay.java:42)', { file: 'Pay.java', line: 42, function: 'com.shop.Pay.go' }],
    [
      '.NET',
      'at Shop.Pay.Go(String id) in C:\\src\\Pay.cs:line 42',
      { file: 'C:\\src\\Pay.cs', line: 42, function: 'Shop.Pay.Go(String id)' },
    ],
    ['a built-in', 'at new Promise (<anonymous>)', undefined],
    ['a place in a list', 'at async Promise.all (index 0)', undefined],
    ['native code', 'at Array.map (native)', undefined],
    ['no line', 'at pay (/app/pay.js)', undefined],
    ['words', 'at the end of the day', undefined],
  ])('reads %s', (_, line, frame) => {
    expect(applicationFrame(`Error: boom\n    ${line}\n`)).toStrictEqual(frame)
  })

  it('is the first that is neither Node’s nor a package’s', () => {
    const stack = [
      'Error: boom',
      '    at connect (node:net:1:1)',
      '    at Object.load (internal/modules/cjs.js:1:1)',
      '    at query (/app/node_modules/pg/client.js:1:1)',
      '    at query (C:\\app\\node_modules\\pg\\client.js:1:1)',
      '    at log (/linked/@lognitor/opentelemetry/dist/index.cjs:1:1)',
      '    at load (/app/load.js:3:9)',
      '    at main (/app/main.js:1:1)',
    ].join('\n')
    expect(applicationFrame(stack)).toMatchObject({ file: '/app/load.js', line: 3 })
  })

  it('is none when all are', () => {
    expect(applicationFrame('Error: boom\n    at connect (node:net:1:1)')).toBeUndefined()
    expect(applicationFrame('')).toBeUndefined()
  })

  it('is the last of a Python traceback, packages aside', () => {
    expect(applicationFrame(PYTHON)).toStrictEqual({ file: '/app/run.py', line: 19, function: 'cap' })
    const library = PYTHON.replaceAll('/app/', '/x/site-packages/')
    expect(applicationFrame(library)).toMatchObject({
      file: '/venv/lib/python3.12/site-packages/lib/core.py',
    })
  })

  it('passes over the Java library', () => {
    const stack = 'java.lang.Error: x\n\tat java.util.List.of(List.java:1)\n\tat com.shop.Pay.go(Pay.java:42)'
    expect(applicationFrame(stack)).toMatchObject({ file: 'Pay.java', line: 42 })
  })

  it.each([
    ['a framework', 'org.springframework.web.servlet.DispatcherServlet.doService(DispatcherServlet.java:1)'],
    ['a server', 'org.apache.catalina.core.StandardWrapper.load(StandardWrapper.java:1)'],
    ['a framework in Kotlin', 'io.ktor.server.routing.RoutingKt.execute(Routing.kt:1)'],
    ['a module of the JDK', 'java.base@21.0.1/java.util.ArrayList.forEach(ArrayList.java:1)'],
    ['an internal class of the JDK', 'jdk.httpserver/com.sun.net.httpserver.Filter.doFilter(Filter.java:1)'],
    ['the agent', 'io.opentelemetry.javaagent.shaded.Filter.doFilter(Filter.java:1)'],
  ])('passes over %s in a stack of Java', (_what, library) => {
    const stack = `com.shop.CardException: x\n\tat ${library}\n\tat app//com.shop.Pay.go(Pay.kt:42)`
    expect(applicationFrame(stack)).toMatchObject({ file: 'Pay.kt', line: 42 })
  })

  it('is that of the cause in Java, where frameworks alone have thrown the exception', () => {
    const stack = [
      'io.helidon.http.RequestException: Internal Server Error',
      '\tat io.helidon.http.RequestException$Builder.build(RequestException.java:157)',
      '\tat java.base/java.util.Optional.ifPresentOrElse(Optional.java:198)',
      'Caused by: com.shop.CardException: card declined',
      '\tat com.shop.CardException.charge(CardException.java:10)',
      '\t... 16 more',
    ].join('\n')
    expect(applicationFrame(stack)).toMatchObject({ file: 'CardException.java', line: 10 })
    const only = stack.slice(0, stack.indexOf('Caused by'))
    expect(applicationFrame(only)).toMatchObject({ file: 'RequestException.java', line: 157 })
  })

  it('is read from a line to which Logback or Log4j have added the jar', () => {
    const stack = 'java.lang.Error: x\n\tat com.shop.Pay.go(Pay.java:42) ~[shop.jar!/:1.0]'
    expect(applicationFrame(stack)).toEqual({ file: 'Pay.java', line: 42, function: 'com.shop.Pay.go' })
  })

  it('is found below a message of many lines', () => {
    const stack = `Error: ${'line\n'.repeat(5000)}    at load (/app/load.js:3:9)`
    expect(applicationFrame(stack)).toMatchObject({ file: '/app/load.js' })
  })

  it.each([
    ['parentheses', '('],
    ['at', '\n    at '],
    ['colons', ':1'],
    ['digits', '1'],
    ['blanks', ' '],
    ['a traceback', '  File "'],
    ['evals', '\n    at eval (eval at '],
  ])('is looked for in a megabyte of %s without going over it again and again', (_, piece) => {
    const stack = `    at x ${piece.repeat(1_000_000 / piece.length)}`
    expect(applicationFrame(stack)).toBeUndefined()
    expect(applicationFrame(`Traceback (most recent call last):${stack}`)).toBeUndefined()
  })

  it('is a file and a line, or nothing, for any text', () => {
    const piece = fc.constantFrom(
      'at ',
      '\n    at ',
      '(',
      ')',
      ':1',
      ':2:3',
      'eval at ',
      ', ',
      '  File "',
      '", line ',
      'a.js',
      'node:',
      '/',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(piece, fc.string({ maxLength: 3 }))).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (stack) => {
        const frame = applicationFrame(stack)
        if (frame === undefined) return
        expect(frame.file).not.toBe('')
        expect(Number.isSafeInteger(frame.line)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a stack of Go', () => {
  const GO = `goroutine 34 [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
go.opentelemetry.io/otel/sdk/trace.recordStackTrace()
	/root/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.28.0/trace/span.go:480 +0x1a
main.charge({0x1234, 0x2})
	/app/pay/charge.go:42 +0x1d
net/http.HandlerFunc.ServeHTTP(0xc0001, {0x1, 0x2}, 0xc0002)
	/usr/local/go/src/net/http/server.go:2171 +0x29
`

  it('gives the file and line of the application', () => {
    expect(applicationFrame(GO)).toEqual({ file: '/app/pay/charge.go', line: 42, function: 'main.charge' })
  })

  it('that holds libraries alone gives the first of them', () => {
    const only = GO.split('\n').slice(0, 5).join('\n')
    expect(applicationFrame(only)).toMatchObject({
      file: '/usr/local/go/src/runtime/debug/stack.go',
      line: 26,
    })
  })

  it('of a build without local paths gives the file and line of the application', () => {
    const trimmed = `goroutine 8 [running]:
go.opentelemetry.io/otel/sdk/trace.recordStackTrace(...)
	go.opentelemetry.io/otel/sdk@v1.47.0/trace/span.go:527
go.opentelemetry.io/otel/sdk/trace.(*recordingSpan).RecordError(0x4e, {0xce, 0x4e}, {0x4e, 0x1, 0x1})
	go.opentelemetry.io/otel/sdk@v1.47.0/trace/span.go:509 +0x4de
shop.example/pay/internal/card.(*Till).Charge(0x4e)
	shop.example/pay/internal/card/till.go:17 +0x1d
net/http.HandlerFunc.ServeHTTP(0x4e, {0xcf, 0x4e}, 0x4e)
	net/http/server.go:2286 +0x29
`
    expect(applicationFrame(trimmed)).toEqual({
      file: 'shop.example/pay/internal/card/till.go',
      line: 17,
      function: 'shop.example/pay/internal/card.(*Till).Charge',
    })
    const callback = trimmed.replace(
      /^shop.*\n.*\n/m,
      'sort.Slice({0x1, 0x2}, 0x3)\n\tsort/slice.go:29 +0x1\n$&',
    )
    expect(applicationFrame(callback)).toMatchObject({ file: 'shop.example/pay/internal/card/till.go' })
  })

  it('gives an application below GOPATH, as in a container whose working directory is /go/src/app', () => {
    const stack = GO.replace('/app/pay/charge.go', '/go/src/app/charge.go')
    expect(applicationFrame(stack)).toMatchObject({ file: '/go/src/app/charge.go', line: 42 })
  })

  it('is read in bounded time, whatever it holds', () => {
    expect(applicationFrame(`goroutine 1 [running]:\n${'\t\n'.repeat(1_000_000)}`)).toBeUndefined()
    expect(applicationFrame(`goroutine 1 [running]:\n\t${'x'.repeat(5_000_000)}:1`)).toBeUndefined()
  })
})

describe('a stack of Go without a goroutine', () => {
  it.each([
    ['zap', ''],
    ['pkg/errors', 'card declined\n'],
  ])('as %s writes it gives the file and line of the application', (_library, before) => {
    const stack = `${before}runtime.Callers
\t/usr/local/go/src/runtime/extern.go:325
go.uber.org/zap.(*Logger).Error
\t/root/go/pkg/mod/go.uber.org/zap@v1.27.0/logger.go:257
shop.example/pay.(*Till).Charge
\t/app/pay/till.go:42
runtime.main
\t/usr/local/go/src/runtime/proc.go:271`
    expect(applicationFrame(stack)).toEqual({
      file: '/app/pay/till.go',
      line: 42,
      function: 'shop.example/pay.(*Till).Charge',
    })
  })
})

describe('a stack of Ruby', () => {
  const RUBY = `/usr/local/bundle/gems/rack-3.1.7/lib/rack/head.rb:15:in \`call': card declined (CardError)
\tfrom /usr/local/lib/ruby/3.3.0/net/http.rb:10:in \`start'
\tfrom app/pay.rb:12:in \`charge'
\tfrom app/pay.rb:3:in \`<main>'
app/bank.rb:1:in \`call': bank unreachable (IOError)`

  it('gives the file and line of the application', () => {
    expect(applicationFrame(RUBY)).toEqual({ file: 'app/pay.rb', line: 12, function: 'charge' })
  })

  it('is read as Ruby 3.4 writes it', () => {
    const stack = "app/pay.rb:12:in 'Till#charge': card declined (CardError)\n\tfrom app/pay.rb:3:in '<main>'"
    expect(applicationFrame(stack)).toEqual({ file: 'app/pay.rb', line: 12, function: 'Till#charge' })
  })
})

it('a backtrace of Rust gives the file and line of the application', () => {
  const stack = `   0: std::backtrace::Backtrace::force_capture
             at /rustc/59807616e/library/std/src/backtrace.rs:331:13
   1: tokio::runtime::task::core::Core::poll
             at /root/.cargo/registry/src/index/tokio-1.40.0/src/runtime/task/core.rs:1:2
   2: shop::charge
             at ./src/pay.rs:17:9`
  expect(applicationFrame(stack)).toMatchObject({ file: './src/pay.rs', line: 17 })
})
