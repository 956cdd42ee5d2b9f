import { Injectable, NotFoundException } from '@nestjs/common'
import pino from 'pino'

const log = pino()

class CheckoutError extends Error {
  override name = 'CheckoutError'
}

@Injectable()
export class OrdersService {
  find(id: string) {
    // A 4xx is an answer and not an error.
    if (Number(id) > 1000) throw new NotFoundException(`there is no order ${id}`)
    log.info({ orderId: id }, 'order looked up')
    return { id }
  }

  pay(id: string): never {
    log.info({ orderId: id }, 'paying')
    throw new CheckoutError(`card declined for order ${id}`)
  }

  async invoice(id: string): Promise<never> {
    await new Promise((resolve) => setTimeout(resolve, 5))
    throw new RangeError(`invoice ${id} has no total`)
  }
}
