"""blocking.py - a host's users block and report (XEP-0191, XEP-0377), and it holds at the edge."""

from case import case, expect
from client import CLIENT, error_condition, is_answer, is_error
from component import Component
from proxy import partner
from world import OUR_DOMAIN, PEERS

DOMAIN = PEERS["prosody"][1]
BOB = f"bob@{OUR_DOMAIN}"
BLOCKING, REPORTING = "urn:xmpp:blocking", "urn:xmpp:reporting:1"
WORDS = "They sell watches."
REPORT = (f"<report xmlns='{REPORTING}' reason='urn:xmpp:reporting:spam'>"
          f"<text>{WORDS}</text><stanza-id xmlns='urn:xmpp:sid:0' by='{BOB}' id='s-1'/>"
          "<report-origin/></report>")
# What is refused whole: payload, condition.
REFUSED = [
    ("<block xmlns='urn:xmpp:blocking'/>", "bad-request"),
    ("<block xmlns='urn:xmpp:blocking'><item/></block>", "bad-request"),
    ("<block xmlns='urn:xmpp:blocking'><item jid='carol@{0}'/><item jid='@'/></block>",
     "jid-malformed"),
    ("<block xmlns='urn:xmpp:blocking'><item jid='{0}'/></block>", "feature-not-implemented"),
    ("<block xmlns='urn:xmpp:blocking'><item jid='carol@{0}/desk'/></block>",
     "feature-not-implemented"),
    ("<block xmlns='urn:xmpp:blocking'>" + "<item jid='carol@{0}'/>" * 101 + "</block>",
     "resource-constraint"),
    ("<blocklist xmlns='urn:xmpp:blocking'/>", "bad-request"),
]


def command(host, payload, kind="set", to=BOB):
    """The answer to bob's command."""
    identifier = host.new_id()
    to = f" to='{to}'" if to else ""
    host.send(f"<iq type='{kind}' id='{identifier}' from='{BOB}/desk'{to}>{payload}</iq>")
    return host.wait_for(is_answer(identifier), 20, f"the answer to {payload[:60]}")


def done(host, payload, **more):
    answer = command(host, payload, **more)
    expect(answer.get("type") == "result" and answer.get("to") == f"{BOB}/desk"
           and answer.get("from") in (BOB, OUR_DOMAIN, None), f"{payload}: {answer.attrib}")
    return answer


def blocked(host):
    answer = done(host, f"<blocklist xmlns='{BLOCKING}'/>", kind="get")
    return [item.get("jid") for item in answer.iter(f"{{{BLOCKING}}}item")]


def expect_refused(alice, host):
    identifier = alice.message(BOB, "blocked?")
    error = alice.wait_for(is_error(identifier), 20, "an error for a blocked message")
    expect(error_condition(error) == "service-unavailable", error_condition(error))
    host.send(f"<message from='{BOB}/desk' to='{alice.jid}' id='to-her'><body>?</body></message>")
    error = host.wait_for(is_error("to-her"), 20, "an error for a message to whom one blocks")
    expect(error_condition(error) == "not-acceptable", error_condition(error))


def expect_passes(alice, host, text):
    alice.message(BOB, text)
    host.wait_for(lambda item: item.findtext(CLIENT + "body") == text, 20, text)


@case("blocking.command")
def blocking(world):
    peer = world.peer("prosody")
    proxy = world.proxy([partner(DOMAIN)]).start()
    host = Component(OUR_DOMAIN, proxy.socket, "an inside secret of the tests")
    alice = peer.log_in("alice")
    expect_passes(alice, host, "before")
    done(host, f"<block xmlns='{BLOCKING}'><item jid='{alice.jid}'>{REPORT}</item>"
               f"<item jid='eve@{DOMAIN}'/></block>")
    expect(blocked(host) == [alice.jid, f"eve@{DOMAIN}"], blocked(host))
    expect_refused(alice, host)
    proxy.wait_event("ABUSE_REPORTED", local=BOB, remote=alice.jid, reason="spam")
    done(host, f"<unblock xmlns='{BLOCKING}'><item jid='{alice.jid}'/></unblock>", to=OUR_DOMAIN)
    expect_passes(alice, host, "after")
    done(host, f"<unblock xmlns='{BLOCKING}'/>", to=None)
    expect(blocked(host) == [], blocked(host))
    for payload, condition in REFUSED:
        answer = command(host, payload.format(DOMAIN))
        expect(error_condition(answer) == condition, f"{payload[:70]}: {error_condition(answer)}")
    expect(blocked(host) == [], f"something of what was refused was done: {blocked(host)}")
    audited = proxy.ctl(world.programs["ctl"], "audit")["changes"]
    reports = [change for change in audited if change["kind"] == "report"]
    expect(len(reports) == 1 and reports[0]["name"] == f"{BOB} {alice.jid}"
           and reports[0]["new"] == {"Reason": "spam", "StanzaIds": ["s-1"], "Text": WORDS,
                                       "ReportOrigin": True, "ThirdParty": False}, reports)
    log = "\n".join(proxy.process.lines())
    expect(WORDS not in log, "the log has what the user wrote")
    host.close()
