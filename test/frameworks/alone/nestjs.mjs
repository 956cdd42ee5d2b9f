// Made to need no OpenTelemetry but its API: request entries come by themselves, errors by our filter.
// Decorators are called by hand, since Node does not know them.
import 'reflect-metadata'
import { nestExceptionFilter } from '@lognitor/opentelemetry/instrumentation'
import { Controller, ForbiddenException, Get, Module, NotFoundException, Param } from '@nestjs/common'
import { BaseExceptionFilter, NestFactory } from '@nestjs/core'

class CheckoutError extends Error {
  name = 'CheckoutError'
}

class Shop {
  health() {
    return 'ok'
  }
  order(id) {
    if (id > 1000) throw new NotFoundException()
    return { id }
  }
  checkout(id) {
    throw new CheckoutError(`card declined for order ${id}`)
  }
  async invoice(id) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    throw new RangeError(`invoice ${id} has no total`)
  }
  admin() {
    throw new ForbiddenException('not yours')
  }
}
Controller()(Shop)
for (const [name, path] of [
  ['health', 'health'],
  ['order', 'orders/:id'],
  ['checkout', 'checkout/:id'],
  ['invoice', 'invoices/:id'],
  ['admin', 'admin'],
]) {
  Param('id')(Shop.prototype, name, 0)
  Get(path)(Shop.prototype, name, Object.getOwnPropertyDescriptor(Shop.prototype, name))
}
class ShopModule {}
Module({ controllers: [Shop] })(ShopModule)

async function create() {
  if (process.env.ADAPTER !== 'fastify') return NestFactory.create(ShopModule, { logger: false })
  const { FastifyAdapter } = await import('@nestjs/platform-fastify')
  return NestFactory.create(ShopModule, new FastifyAdapter(), { logger: false })
}

const app = await create()
app.useGlobalFilters(nestExceptionFilter(new BaseExceptionFilter(app.getHttpAdapter())))
app.use((req, _res, next) => {
  req.user = { id: req.headers['x-user'] }
  next()
})
await app.listen(process.env.PORT, '127.0.0.1')
console.log(`listening on ${await app.getUrl()}`)
