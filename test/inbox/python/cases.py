"""Runs the official client through its cases against an inbox.

Usage: cases.py API_URL STATS_URL. Prints one line of JSON per case: what the inbox counted for it.
"""

import json
import logging
import os
import sys
import time
import urllib.request

import lognitor

api_url, stats_url = sys.argv[1:3]


def stats():
    with urllib.request.urlopen(stats_url) as answer:
        return json.load(answer)


def run(name, case, settle=None):
    before = stats()
    case()
    lognitor.flush()
    deadline = time.monotonic() + 20
    while settle and not settle(before, stats()) and time.monotonic() < deadline:
        time.sleep(0.1)
        lognitor.flush()
    after = stats()
    counted = {key: after[key] - before[key] for key, value in after.items() if isinstance(value, int)}
    print(json.dumps({"case": name, **counted}), flush=True)


client = lognitor.init(
    api_key="lgn_test_key",
    api_url=api_url,
    service="payment-service",
    environment="production",
    version="2.1.0",
    flush_interval=60,
    auto_truncate=True,
    redact_patterns=["email", "creditCard", "ssn", "bearer"],
)


def levels():
    lognitor.debug("Cache miss", metadata={"key": "user:123"})
    lognitor.info("Order created", metadata={"order_id": "ord_456"})
    lognitor.warn("Rate limit approaching", metadata={"usage": 850, "limit": 1000})
    lognitor.error("Payment failed", error=ValueError("Card declined"))
    lognitor.fatal("Database corrupted, shutting down")
    lognitor.log("info", "Custom level call")


def per_log_options():
    lognitor.info(
        "User signed up",
        metadata={"plan": "pro"},
        tags=["signup", "marketing"],
        user={"id": "user_123", "email": "alice@example.com"},
        request={"method": "POST", "url": "/api/users?token=abc&page=2", "status_code": 201, "duration_ms": 45},
        perf={"duration_ms": 120, "memory_mb": 256},
        deploy={"commit": "a1b2c3d", "branch": "main"},
        trace={"trace_id": "abc123", "span_id": "def456"},
        action="user.signup",
        session_id="sess_xyz",
        request_id="req_abc123",
        notify=True,
        notify_channels=["ops"],
        source="app.py:12",
        device={"os": "linux"},
    )


def user_context():
    lognitor.set_user(lognitor.UserContext(id="user_123", email="alice@example.com", name="Alice"))
    lognitor.info("Profile updated")
    lognitor.info("Admin action", user={"id": "admin_1"})


def after_clear_user():
    lognitor.clear_user()
    lognitor.info("nobody")


def breadcrumbs():
    lognitor.add_breadcrumb(
        type="http",
        category="api",
        message="GET /api/users 200",
        level="info",
        data={"duration_ms": 45, "url": "/x?secret=1&a=2"},
    )
    lognitor.add_breadcrumb(message="second")
    lognitor.error("Failed to process order", error=Exception("Insufficient stock"))


def capture_exception():
    try:
        raise KeyError("missing 42")
    except KeyError as error:
        lognitor.capture_exception(error, metadata={"order_id": 1}, tags=["payment"], request_id="req_123")


def error_object():
    lognitor.error("External service error", error={"type": "TimeoutError", "message": "Request timed out after 30s"})


def timer():
    lognitor.start_timer().end("Computation finished", metadata={"input_size": 1000}, perf={"db_queries": 5})


def child():
    payment = client.child(service="payment-module", metadata={"module": "payment"}, tags=["payments"])
    payment.info("Processing payment")
    payment.child(service="stripe-adapter").info("Charge created")


def heartbeat():
    monitor = lognitor.heartbeat("tok123")
    monitor.ping()
    monitor.wrap(lambda: None)


def feedback():
    lognitor.submit_feedback(
        "11111111-1111-4111-8111-111111111111", "The page froze", name="Alice", email="alice@acme.com"
    )


def release():
    lognitor.register_release("2.1.0", commit_hash="a1b2c3d4e5f6", branch="main")


def after_release():
    lognitor.info("after release")


def redaction():
    lognitor.info(
        "mail a@b.io card 4111 1111 1111 1111 ssn 123-45-6789 Authorization: Bearer abc.def",
        metadata={"nested": {"list": ["x@y.org", 5]}},
        user={"id": "u", "email": "kept@x.org"},
    )


def logging_bridge():
    logger = logging.getLogger("bridge")
    logger.addHandler(lognitor.LogHandler(client))
    logger.propagate = False
    logger.warning("Disk usage high")
    logger.error("Service unavailable")
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError:
        logger.exception("boom")


def truncate():
    lognitor.info("x" * 300_000, metadata={"blob": "y" * 300_000})


def context():
    lognitor.set_context({"region": "eu"})
    lognitor.set_tags(["a"])
    lognitor.set_session("s1")
    lognitor.info("ctx", metadata={"k": 1}, tags=["b"])


def dedup():
    for _ in range(3):
        lognitor.error("dup", error={"type": "T", "message": "user 0 not found at 0xff"})


def request_entries():
    entry = {"method": "GET", "path": "/a", "status_code": 200, "duration_ms": 1.5, "request_id": "r1"}
    unknown = {"host": None, "user_agent": None, "environment": None, "service": None, "version": None}
    lognitor.send_request_logs([{**entry, **unknown, "timestamp": "2026-11-23T10:00:00.000Z"}])


for case in (levels, per_log_options, user_context, after_clear_user, breadcrumbs, capture_exception, error_object,
             timer, child, heartbeat, feedback, release, after_release, redaction, logging_bridge, truncate, context):
    run(case.__name__, case)
run("dedup", dedup, settle=lambda before, after: after["logs"] - before["logs"] == 2)
run("request_entries", request_entries)
# At the end of the process the client waits for its timers.
sys.stdout.flush()
os._exit(0)
