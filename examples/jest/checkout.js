const { captureException, info } = require('@lognitor/opentelemetry')

/** Pays an order, and tells whether it was paid. */
exports.checkout = async (order, pay) => {
  try {
    await pay(order)
    info('Order paid', { metadata: { orderId: order.id } })
    return true
  } catch (error) {
    captureException(error, { metadata: { orderId: order.id } })
    return false
  }
}
