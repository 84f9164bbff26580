"""module.py - the module xmppfed of examples/kamailio: SIP users and a user at Prosody, no proxy
between."""

import concurrent.futures
import os
import signal

from case import case, expect
from client import error_condition, is_error, is_message, is_presence
from process import HarnessError, wait_until
from proxy import partner
from sip_phone import SipPhone, State
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS

PHONE = "127.0.0.12"
DOMAIN = PEERS["prosody"][1]
ALICE, CAROL = "alice@" + DOMAIN, "carol@" + OUR_DOMAIN


class Scene:
    """Kamailio with the module, carol at her phone, and alice at Prosody."""

    def __init__(self, world, records=None, **more):
        if records is None:
            records = [partner(DOMAIN, sasl="Required", dialback=False)]
        self.kamailio = world.kamailio(records, users=("carol", "dave"), **more).start()
        self.carol = self.phone(world, "carol")
        self.carol.register()
        self.alice = world.peer("prosody").log_in("alice")

    @staticmethod
    def phone(world, user, make=SipPhone):
        phone = make(user, OUR_DOMAIN, PHONE, (OUR_ADDRESS, 5060))
        world.on_close(phone.close)
        return phone

    def both_ways(self, text):
        """A message each way arrives, from the address that its sender has; the phone sends twice."""
        expect(self.carol.message(ALICE, text, copies=2) == 202, "the message is not accepted")
        self.alice.wait_for(is_message(CAROL, text), 20, "carol's message")
        self.alice.message(CAROL, "re: " + text)
        self.carol.wait_message(ALICE, "re: " + text)


@case("module.messages")
def messages(world):
    """A MESSAGE becomes a message and the other way about, whatever is in it, each once."""
    scene = Scene(world)
    texts = ["good morning", "grüße & <b>mehr</b> \"so\"", "long " * 120]
    for text in texts:
        scene.both_ways(text)
    expect(scene.carol.bodies() == ["re: " + text for text in texts], "a message came twice")
    sent = [item.findtext("{jabber:client}body") for item in scene.alice.history
            if is_message(CAROL)(item)]
    expect(sent == texts, f"of {texts} came {sent}")


@case("module.rpc")
def rpc(world):
    """kamcmd shows the state of the federation, explains a decision and reloads; a fault is a fault."""
    scene = Scene(world)
    said = scene.kamailio.sip.control("xmppfed.status")
    expect(f"host: {OUR_DOMAIN}" in said, f"the status lacks the host: {said}")
    said = scene.kamailio.sip.control("xmppfed.explain", CAROL, ALICE, "message")
    expect("verdict: allow" in said, f"carol may not write to alice: {said}")
    scene.kamailio.set_partners([])
    scene.kamailio.sip.control("xmppfed.reload")
    said = scene.kamailio.sip.control("xmppfed.explain", CAROL, ALICE, "message")
    expect("verdict: allow" not in said, f"the reload did not count: {said}")
    try:
        said = scene.kamailio.sip.control("xmppfed.explain", CAROL, "", "message")
    except HarnessError as error:
        said = str(error)
    expect("error" in said, f"no address was explained: {said}")


@case("module.errors", seconds=90)
def errors(world):
    """Who is unknown or not there is an error on the other side, with the condition of RFC 7247."""
    scene = Scene(world)
    for user, condition in (("nobody", "item-not-found"), ("dave", "recipient-unavailable")):
        identifier = scene.alice.message(f"{user}@{OUR_DOMAIN}", "who is there?")
        error = scene.alice.wait_for(is_error(identifier), 20, f"an error about {user}")
        found = error_condition(error)
        expect(found == condition, f"{user}: {found}, not {condition}")
    for address, wanted in (("nobody@" + DOMAIN, 403), ("x@unlisted.example", 403)):
        status = scene.carol.message(address, "who is there?")
        expect(status == wanted, f"{address}: {status}, not {wanted}")
    status = scene.carol.message(ALICE, "{}", kind="application/json")
    expect(status == 415, f"JSON was answered with {status}")


@case("module.policy")
def policy(world):
    """A partner that is not listed is refused both ways, and taken as soon as it is."""
    scene = Scene(world, [])
    status = scene.carol.message(ALICE, "too early")
    expect(status == 403, f"a message to an unlisted partner was answered with {status}")
    scene.alice.never(is_message(CAROL), 0.5, "a message of an unlisted domain")
    identifier = scene.alice.message(CAROL, "too early as well")
    scene.alice.wait_for(is_error(identifier), 30, "an error from a domain that refuses ours")
    expect("too early as well" not in scene.carol.bodies(), "an unlisted partner reached the phone")
    scene.kamailio.set_partners([partner(DOMAIN, sasl="Required", dialback=False)])
    scene.kamailio.sip.control("xmppfed.reload")
    scene.both_ways("now")


@case("module.users")
def users(world):
    """Site, policy and branch of users come from Kamailio's database, at the start and at a reload."""
    module = world.kamailio(None, users=("carol", "dave"), defines={"WITH_USERS": "1"})
    module.sip.execute("INSERT INTO xmppfed_users (username, domain, branch) "
                       f"VALUES ('dave', '{OUR_DOMAIN}', 1);")
    module.start()
    tell = module.sip.control
    ctl = world.programs["ctl"]
    for words in (("gateway", "set", "AllowFederatedUsers=true"),
                  ("policy", "new", "global", "EnableFederationAccess=true", "EnableXmppAccess=true"),
                  ("policy", "new", "site:Redmond", "EnableFederationAccess=true"),
                  ("partner", "new", DOMAIN, "PartnerType=Federated")):
        module.ctl(ctl, *words)
    for user, verdict in (("carol", "allow"), ("dave", "refuse")):
        said = tell("xmppfed.explain", f"{user}@{OUR_DOMAIN}", ALICE, "message")
        expect(f"verdict: {verdict}" in said, f"{user}: {said}")
    module.sip.execute(f"DELETE FROM xmppfed_users; INSERT INTO xmppfed_users (username, domain, site) "
                       f"VALUES ('carol', '{OUR_DOMAIN}', 'Redmond');")
    tell("xmppfed.reload")
    for user, verdict in (("carol", "refuse"), ("dave", "allow")):
        said = tell("xmppfed.explain", f"{user}@{OUR_DOMAIN}", ALICE, "message")
        expect(f"verdict: {verdict}" in said, f"{user} after the reload: {said}")


@case("module.ends")
def ends(world):
    """Kamailio takes the process with it, streams closed; and ends itself where that is killed."""
    scene = Scene(world)
    scene.both_ways("hello")
    expect(scene.kamailio.stop() == 0, "Kamailio did not end well")
    scene.kamailio.start()
    scene.carol.register()
    scene.both_ways("again")
    os.kill(scene.kamailio.federation_pid(), signal.SIGKILL)
    status = scene.kamailio.process.wait_exit(20)
    expect(status != 0, "Kamailio went on without the process")
    scene.kamailio.start()
    scene.carol.register()
    scene.both_ways("once more")


@case("module.many", seconds=120)
def many(world):
    """Many at a time, both ways: each arrives once, and each MESSAGE is answered."""
    scene = Scene(world)
    out = [f"out {number}" for number in range(150)]
    back = [f"back {number}" for number in range(150)]
    with concurrent.futures.ThreadPoolExecutor(len(out)) as pool:
        statuses = pool.map(lambda text: scene.carol.message(ALICE, text, copies=2), out)
        for text in back:
            scene.alice.message(CAROL, text)
        expect(set(statuses) == {202}, "a message was not accepted")
    wait_until(lambda: len(scene.carol.bodies()) >= len(back), 30, "all of alice's messages")
    expect(sorted(scene.carol.bodies()) == sorted(back), "alice's messages did not come once each")
    sent = [item.findtext("{jabber:client}body") for item in scene.alice.history
            if is_message(CAROL)(item)]
    expect(sorted(sent) == sorted(out), "carol's messages did not come once each")


class Busy(SipPhone):
    """A phone that gets a message and never says whether it was taken."""

    def take(self, request):
        super().take(request)
        return 100


@case("module.killed", seconds=90)
def killed(world):
    """Of a message that was under way when the process died its sender is told; it is not repeated."""
    scene = Scene(world)
    phone = scene.phone(world, "dave", Busy)
    phone.register()
    identifier = scene.alice.message("dave@" + OUR_DOMAIN, "are you there?")
    phone.wait_message(ALICE, "are you there?")
    os.kill(scene.kamailio.federation_pid(), signal.SIGKILL)
    scene.kamailio.process.wait_exit(20)
    scene.kamailio.start()
    error = scene.alice.wait_for(is_error(identifier), 30, "word of the message's fate")
    expect(error_condition(error) == "remote-server-timeout", "alice is told something else")
    phone.register()
    scene.carol.register()
    scene.both_ways("after it")
    expect(phone.bodies() == ["are you there?"], f"dave was told more than once: {phone.bodies()}")


@case("module.wrong-configuration")
def wrong_configuration(world):
    """With a configuration that is wrong Kamailio does not run on without federation: it says why."""
    module = world.kamailio([partner(DOMAIN)], users=("carol",))
    module.write("partners.json", "{ \"Partners\": 5 }")
    module.launch()
    module.process.wait_line("partners.json", 20)
    expect(module.process.wait_exit(20) != 0, "Kamailio ended as if all were well")
    module.set_partners([partner(DOMAIN)])
    module.start()
    module.write("partners.json", "{ \"Partners\": 5 }")
    try:
        said = module.sip.control("xmppfed.reload")
    except HarnessError as error:
        said = str(error)
    expect("partners.json" in said, f"the reload was answered with {said}")
    said = module.sip.control("xmppfed.explain", CAROL, ALICE, "message")
    expect("verdict: allow" in said, "what was in force is not any more")


@case("module.watches-xmpp", seconds=90)
def watches_xmpp(world):
    """A phone watches an XMPP user: it waits for her consent, then sees her states, then her end."""
    scene = Scene(world)
    watch = scene.carol.watch(ALICE)
    expect(watch.answer.status == 200, f"SUBSCRIBE was answered with {watch.answer.status}")
    scene.alice.wait_for(is_presence(CAROL, "subscribe"), 20, "carol's request")
    watch.wait(lambda w: w.condition == "pending", "the state pending")
    scene.alice.presence(CAROL, "subscribed")
    watch.wait(lambda w: w.condition == "active", "the state active")
    scene.alice.presence(status="in the garden", show="away")
    watch.wait(lambda w: w.state == State(True, "away", "in the garden"), "alice's state")
    expect(watch.ask(600) == 200, "the refresh was refused")
    scene.alice.presence(kind="unavailable")
    watch.wait(lambda w: w.state and not w.state.open, "alice's end")
    expect(watch.ask(0) == 200, "the end of the subscription was refused")
    watch.wait(lambda w: w.condition.startswith("terminated"), "the last notification")


@case("module.watched-by-xmpp", seconds=90)
def watched_by_xmpp(world):
    """An XMPP user watches a phone: nothing is seen without its rule, then all, then no more."""
    scene = Scene(world)
    scene.carol.publish(State(True, "busy", "in a meeting"))
    scene.alice.presence()
    scene.alice.presence(CAROL, "subscribe")
    # The domain consents for its users: the partner's type says so. What is seen is theirs to say.
    scene.alice.wait_for(is_presence(CAROL, "subscribed"), 20, "the domain's consent")
    scene.alice.never(is_presence(CAROL), 2, "presence that carol has not shown")
    scene.kamailio.sip.rule("carol", ALICE, "allow")
    shown = scene.alice.wait_for(is_presence(CAROL, None), 20, "carol's presence")
    expect(shown.findtext("{jabber:client}status") == "in a meeting", "the note is lost")
    expect(shown.findtext("{jabber:client}show") == "dnd", "the state is lost")
    scene.carol.publish(State(True, "away"))
    scene.alice.wait_for(lambda item: is_presence(CAROL)(item)
                         and item.findtext("{jabber:client}show") == "away", 20, "carol's next state")
    scene.carol.publish(None)
    scene.alice.wait_for(is_presence(CAROL, "unavailable"), 20, "carol's end")
    scene.kamailio.sip.rule("carol", ALICE, "block")
    scene.alice.wait_for(is_presence(CAROL, "unsubscribed"), 20, "the end of carol's consent")
