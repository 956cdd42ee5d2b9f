import 'reflect-metadata'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { OrdersService } from './orders.service.js'
import { ShopController } from './shop.controller.js'

@Module({ controllers: [ShopController], providers: [OrdersService] })
class ShopModule {}

async function start(): Promise<void> {
  const app = await NestFactory.create(ShopModule, { logger: ['warn', 'error'] })

  // Whoever authenticates puts the user on the request; `captureUser: true` takes it from there.
  app.use((req: IncomingMessage & { user?: object }, _res: ServerResponse, next: () => void) => {
    const id = req.headers['x-user']
    if (id) req.user = { id }
    next()
  })

  await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
  console.log(`listening on ${await app.getUrl()}`)
}

void start()
