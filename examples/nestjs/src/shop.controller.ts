import { Controller, ForbiddenException, Get, Param } from '@nestjs/common'
// biome-ignore lint/style/useImportType: Nest reads the class at run time, to inject one.
import { OrdersService } from './orders.service.js'

@Controller()
export class ShopController {
  readonly orders: OrdersService

  constructor(orders: OrdersService) {
    this.orders = orders
  }

  @Get('health')
  health() {
    return 'ok'
  }

  @Get('orders/:id')
  find(@Param('id') id: string) {
    return this.orders.find(id)
  }

  // Thrown at once, and thrown later: both are captured, once, with this request's trace and id.
  @Get('checkout/:id')
  pay(@Param('id') id: string) {
    return this.orders.pay(id)
  }

  @Get('invoices/:id')
  invoice(@Param('id') id: string) {
    return this.orders.invoice(id)
  }

  @Get('admin')
  admin() {
    throw new ForbiddenException('not yours')
  }
}
