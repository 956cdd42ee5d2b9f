"""A shop in Flask that knows nothing of OpenTelemetry but for the exceptions that it records itself.

It runs under opentelemetry-instrument, prints its port, and ends in order when its standard input does.
"""

import logging
import sys
import threading

from flask import Flask
from opentelemetry import trace
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
logger = logging.getLogger("shop")
logger.setLevel(logging.DEBUG)
app = Flask("shop")


class CardError(Exception):
    """An error of the shop."""


def charge():
    try:
        raise OSError("bank unreachable")
    except OSError as cause:
        raise CardError("card declined") from cause


@app.get("/orders/<int:number>")
def order(number):
    logger.info("order read", extra={"order.id": str(number)})
    return "order"


@app.get("/fail")
def fail():
    charge()


@app.post("/pay")
def pay():
    trace.get_current_span().record_exception(CardError("card declined twice, fallback used"))
    return "paid"


@app.get("/both")
def both():
    try:
        raise CardError("refund failed")
    except CardError as error:
        trace.get_current_span().record_exception(error)
        logger.exception("refund")
        return "failed", 500


logger.debug("level debug")
logger.info("level info", extra={"count": 3, "ratio": 0.5, "ok": True})
logger.warning("level warn")
logger.error("level error")
logger.critical("level fatal")

server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.port, flush=True)
sys.stdin.read()
server.shutdown()
