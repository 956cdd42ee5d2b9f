import 'reflect-metadata'
import { info } from '@lognitor/opentelemetry'
import { Controller, Get, Module, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

@Controller()
class ShopController {
  @Get('orders/:id')
  find(@Param('id') id: string) {
    info('order looked up')
    return { id }
  }

  @Get('boom')
  pay() {
    throw new TypeError('card declined')
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

void (async () => {
  const app = await NestFactory.create(ShopModule, { logger: false })
  // Not by console: an application that logs only by console is told of the instrumentation for it.
  const server = await app.listen(0, '127.0.0.1')
  process.stdout.write(`listening on ${server.address().port}\n`)
})()
