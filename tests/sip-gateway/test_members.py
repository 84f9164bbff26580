"""
test_members.py - two gateways with one ledger: one is killed and not started again, the other one
takes over what it had, and goes on for both.
"""

import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from crash import Traffic
from sip_agent import SipAgent
from test_messages import ALICE, BOB, Gateway, check
from programs import finish

COUNT = int(os.environ.get("CRASH_MESSAGES", "300"))


def test_adoption(traffic):
    """The sender of a message that died with its gateway is told by the other one."""
    agent = SipAgent()
    agent.status["silent"] = None
    options = ("--ledger", os.path.join(traffic.folder, "other"), "--grace", "1")
    gateways = [Gateway(traffic.contoso, agent, *options) for _ in range(2)]
    for gateway in gateways:
        gateway.wait(event="UP")
    traffic.theirs.send(kind="message", id="silent", body="x",
                        **{"from": BOB, "to": "silent@contoso.example"})
    port = int(re.search(r"127\.0\.0\.1:(\d+)", agent.wait()["via"])[1])
    gateways.sort(key=lambda gateway: gateway.port != port)
    gateways[0].end(9)
    # The proxy says so too, if the gateway had not acknowledged it yet.
    traffic.theirs.wait(10, kind="message", type="error", id="silent",
                        error="remote-server-timeout")
    got = agent.send(gateways[1].port, ALICE, BOB, "the survivor")
    check("goes on", got and got.status == 202, got and got.start)
    finish(gateways[1])
    check("and said so", any("is gone" in line for line in gateways[1].seen), gateways[1].tail())
    agent.close()


def test_traffic(traffic):
    """One of two is killed with hundreds of messages under way."""
    gateways = [traffic.gateway(name) for name in ("one", "two")]
    traffic.begin(*gateways)
    traffic.part(1 / 3)
    gateways[0].end(9)
    # The SIP server tries the other one then (RFC 3263 4.3).
    traffic.load.ports = [gateways[1].port]
    traffic.settle()
    traffic.judge()
    traffic.end(gateways[1])


def main():
    with tempfile.TemporaryDirectory() as folder:
        traffic = Traffic(folder, COUNT)
        test_adoption(traffic)
        test_traffic(traffic)


if __name__ == "__main__":
    main()
