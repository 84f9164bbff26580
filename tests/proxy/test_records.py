"""test_records.py - the store by command: each verb, what it refuses, and that it holds at once."""

import json
import os
import re
import sqlite3
import stat
import subprocess
import tempfile

from ctl import ask, check, ctl
from programs import Host, Proxy, finish

ALICE, BOB = "alice@contoso.example", "bob@fabrikam.example"

# spec: TLS, SASL, dialback, methods, remark; no methods: the record is refused.
ROWS = {
    1: ("Required", "Required", True, "EXTERNAL", "W1"),
    2: ("Required", "Required", False, "EXTERNAL", ""),
    3: ("Optional", "Required", True, "EXTERNAL, DB/TLS, DB/TCP", "W2"),
    4: ("Optional", "Required", False, "EXTERNAL", "W2"),
    5: ("NotSupported", "Required", True, "DB/TCP", "W2"),
    6: ("NotSupported", "Required", False, "", "E1"),
    7: ("Required", "Optional", True, "EXTERNAL, DB/TLS", ""),
    8: ("Required", "Optional", False, "EXTERNAL", ""),
    9: ("Optional", "Optional", True, "EXTERNAL, DB/TLS, DB/TCP", "W2"),
    10: ("Optional", "Optional", False, "EXTERNAL", "W2"),
    11: ("NotSupported", "Optional", True, "DB/TCP", "W2"),
    12: ("NotSupported", "Optional", False, "", "E1"),
    13: ("Required", "NotSupported", True, "DB/TLS", ""),
    14: ("Required", "NotSupported", False, "", "E2"),
    15: ("Optional", "NotSupported", True, "DB/TLS, DB/TCP", ""),
    16: ("Optional", "NotSupported", False, "", "E2"),
    17: ("NotSupported", "NotSupported", True, "DB/TCP", ""),
    18: ("NotSupported", "NotSupported", False, "", "E2"),
}


def domains(proxy):
    return [p["Domain"] for p in ask(proxy, "partner", "list")["partners"]]


def test_matrix(proxy):
    """13 rows are accepted with their warnings, 5 are refused and leave nothing behind."""
    for row, (tls, sasl, dialback, methods, remark) in ROWS.items():
        name = f"row{row}.example"
        words = (f"TlsNegotiation={tls}", f"SaslNegotiation={sasl}",
                 f"SupportDialbackNegotiation={dialback}")
        plain = ("AllowPlaintext=true",) if "TCP" in methods else ()
        if "TCP" in methods:
            said = ctl(proxy, "partner", "new", name, *words, status=1)
            check(f"{name}: consent", "P1: " in said and "TlsNegotiation" in said, said)
        if not methods:
            said = ctl(proxy, "partner", "new", name, *words, status=1)
            check(f"{name} is refused", f"{remark}: {name}: " in said and "set " in said and
                  "Negotiation to " in said and name not in domains(proxy), said)
            continue
        answer = ask(proxy, "partner", "new", name, *words, *plain)
        record = answer["partner"]
        check(name, record["row"] == row and ", ".join(record["methods"]) == methods and
              record["note"] == remark, record)
        check(f"{name}: remark", [n["code"] for n in answer["notes"]] == [remark] * bool(remark),
              answer)
        text = ctl(proxy, "partner", "get", name)
        check(f"{name}: for people", re.search(rf"^matrix row +{row}$", text, re.M) and
              remark in text, text)
    check("13 of 18", len(domains(proxy)) == 13)
    for name in domains(proxy):
        check("done", ctl(proxy, "partner", "remove", name) == f"{name}: done\n")
    check("none is left", ctl(proxy, "partner", "list").startswith("no partners"))


def test_partner(proxy):
    said = ctl(proxy, "partner", "new", "Fabrikam.example", "partnertype=Federated",
               "AdditionalDomains=a.example, b.example", "Description=a = b",
               "Gateway.KeepAliveInterval=60", "Inbound.SeeNotes=Never", "ConnectionLimit=5")
    check("for people", "fabrikam.example" in said and "a.example, b.example" in said, said)
    ctl(proxy, "partner", "set", "fabrikam.example", "AdditionalDomains+=c.example,A.example",
        "AdditionalDomains-=b.example", "Description=")
    record = ask(proxy, "partner", "get", "c.example")["partner"]
    check("lists", record["AdditionalDomains"] == ["a.example", "c.example"] and
          record["Description"] == "" and record["Inbound"]["SeeNotes"] == "Never", record)
    before = ask(proxy, "export")
    for arguments, word in (
            (("new", "fabrikam.example"), "is there already"),
            (("new", "other.example", "AdditionalDomains=c.example"), "c.example"),
            (("new", "c.example"), "c.example"),
            (("new", ".."), "not a domain"),
            (("new", "x.example", "PartnerType=Friend"), "PublicUnverified"),
            (("new", "x.example", "Frobnicate=1"), "not known"),
            (("new", "x.example", "TlsNegotiation"), "FIELD=VALUE"),
            (("new", "x.example", "=Required"), "FIELD=VALUE"),
            (("new", "x.example", "ConnectionLimit=-1"), "whole number"),
            (("new", "x.example", "ConnectionLimit=100001"), "100000"),
            (("new", "x.example", "SupportDialbackNegotiation=perhaps"), "true or false"),
            (("new", "x.example", "Gateway=60"), "Gateway.NAME=VALUE"),
            (("new", "x.example", "Gateway.KeepAliveInterval=1"), "KeepAliveInterval"),
            (("new", "x.example", "Eku.x=any"), "has no parts"),
            (("new", "x.example", "Eku+=any"), "no list"),
            (("new", "x.example", "Pins=abc"), "pin"),
            (("new", "x.example", "PinOnly=true"), "P3"),
            (("new", "x.example", "MinimumProof=Pkix", "SaslNegotiation=NotSupported"), "M1"),
            (("new", "x.example", "TrustAnchors=/nowhere.pem"), "/nowhere.pem"),
            (("new", "x.example", "SharedSecret=/nowhere.secret"), "/nowhere.secret"),
            (("set", "x.example", "Eku=any"), "there is no x.example"),
            (("set", "fabrikam.example", "AdditionalDomains-=x.example"), "cannot be taken out"),
            (("set", "fabrikam.example", "AdditionalDomains+="), "sets nothing"),
            (("remove", "x.example"), "there is no x.example"),
            (("remove", ".."), "not a domain")):
        said = ctl(proxy, "partner", *arguments, status=1)
        check(f"{arguments}", word in said, said)
    check("nothing was changed", ask(proxy, "export") == before)
    said = ctl(proxy, "partner", "set", "fabrikam.example", "Inbound.SeeNotes=", "Gateway.x=",
               "AdditionalDomains=")
    check("back to defaults", "AdditionalDomains" not in said, said)
    record = next(p for p in ask(proxy, "export")["Partners"])
    check("no trace", record == {"Domain": "fabrikam.example", "PartnerType": "Federated",
                                 "Gateway": {"KeepAliveInterval": 60}, "ConnectionLimit": 5},
          record)
    ctl(proxy, "partner", "new", "*.chat.example")
    check("wildcard", ask(proxy, "partner", "get", "x.chat.example")["partner"]["Domain"] ==
          "*.chat.example")
    ctl(proxy, "partner", "remove", "*.Chat.example")


def verdict(proxy, *question):
    done = subprocess.run([os.environ["XMPPFEDCTL"], "--socket", proxy.path("admin.sock"), "--json",
                           "explain", *question], capture_output=True, text=True, timeout=60,
                          check=False)
    answer = json.loads(done.stdout)
    return answer["verdict"] if answer["verdict"] == "allow" else answer["rule"]


def test_access(proxy):
    """Each change is in force with its answer."""
    asked = (ALICE, BOB, "message", "none")
    check("nobody yet", verdict(proxy, *asked) == "FEDERATION_ON")
    gateway = ask(proxy, "gateway", "set", "AllowFederatedUsers=true", "KeepAliveInterval=120")
    check("settings", gateway["gateway"]["AllowFederatedUsers"] is True and
          gateway["gateway"]["KeepAliveInterval"] == 120, gateway)
    check("no policy", verdict(proxy, *asked) == "ACCESS_FEDERATION")
    ctl(proxy, "policy", "set", "Global", "EnableFederationAccess=True", "EnableXmppAccess=True")
    check("global", verdict(proxy, *asked) == "allow")
    ctl(proxy, "policy", "new", "site:Paris", "EnableFederationAccess=true")
    ctl(proxy, "user", "set", "Alice@contoso.example", "Site=Paris")
    check("site", verdict(proxy, *asked) == "ACCESS_XMPP")
    ctl(proxy, "policy", "new", "chatters", "EnableFederationAccess=true", "EnableXmppAccess=true",
        "Description=may chat")
    check("done", ctl(proxy, "policy", "grant", ALICE, "tag:chatters") == f"{ALICE}: done\n")
    check("user", verdict(proxy, *asked) == "allow")
    said = ctl(proxy, "policy", "get")
    check("as a table", re.search(r"^tag:chatters +true +true +- +- +- +may chat$", said, re.M), said)
    check("one", [p["name"] for p in ask(proxy, "policy", "get", "Site:Paris")["policies"]] ==
          ["site:Paris"])
    check("users", [(u["name"], u["Site"], u["Policy"]) for u in ask(proxy, "user", "list")["users"]]
          == [(ALICE, "Paris", "tag:chatters")])
    ctl(proxy, "user", "set", ALICE, "Branch=true", "Group=staff")
    check("branch", verdict(proxy, *asked) == "BRANCH")
    ctl(proxy, "user", "set", ALICE, "Branch=")
    ctl(proxy, "rule", "set", "group:staff", "Deny=fabrikam.example")
    check("rule", verdict(proxy, *asked) == "PARTNER_LIST")
    ctl(proxy, "rule", "set", f"user:{ALICE}", "Allow=fabrikam.example")
    check("the user's own", verdict(proxy, *asked) == "allow")
    check("rules", [r["name"] for r in ask(proxy, "rule", "list")["rules"]] ==
          ["group:staff", f"user:{ALICE}"] and "group:staff" in ctl(proxy, "rule", "list"))
    ctl(proxy, "block", "add", BOB)
    check("block", verdict(proxy, *asked) == "BLOCK_LIST")
    ctl(proxy, "block", "add", BOB, "all", "2020-01-31T18:00:00Z")
    check("it has ended", verdict(proxy, *asked) == "allow")
    ctl(proxy, "block", "add", "fabrikam.example", ALICE, "2099-01-31T18:00:00Z")
    check("the user's own", verdict(proxy, *asked) == "BLOCK_LIST")
    said = ctl(proxy, "block", "list")
    check("as a table", re.search(rf"^fabrikam\.example +{ALICE} +2099", said, re.M), said)
    for arguments, word in (
            (("policy", "new", "chatters"), "is there already"),
            (("policy", "new", "site:"), "no policy"),
            (("policy", "new", "x", "EnableXmpp=true"), "not known"),
            (("policy", "set", "x", "EnableXmppAccess=true"), "there is no tag:x"),
            (("policy", "get", "x"), "there is no tag:x"),
            (("policy", "remove", "chatters"), "G1"),
            (("policy", "grant", ALICE, "x"), "policy new"),
            (("policy", "grant", ALICE, "global"), "without a grant"),
            (("policy", "grant", "@", "chatters"), "not an address"),
            (("policy", "revoke", "carol@contoso.example"), "none can be revoked"),
            (("user", "set", "@", "Site=x"), "not an address"),
            (("user", "set", ALICE, "Policy=x"), "not known"),
            (("gateway", "set", "KeepAliveInterval=9"), "KeepAliveInterval"),
            (("gateway", "set", "Strict=x"), "true or false"),
            (("rule", "set", "staff", "Deny=fabrikam.example"), "user:ADDRESS"),
            (("rule", "set", "group:staff", "Deny+=no.example"), "R1"),
            (("rule", "remove", "group:x"), "there is no group:x"),
            (("partner", "remove", "fabrikam.example"), "R1"),
            (("block", "add", "@"), "not an address"),
            (("block", "add", BOB, "all", "tomorrow"), "2027-01-31T18:00:00Z"),
            (("block", "remove", BOB, ALICE), "there is no")):
        said = ctl(proxy, *arguments, status=1)
        check(f"{arguments}", word in said, said)
    ctl(proxy, "block", "remove", "fabrikam.example", ALICE)
    ctl(proxy, "block", "remove", BOB)
    ctl(proxy, "rule", "remove", f"user:{ALICE}")
    ctl(proxy, "rule", "set", "group:staff", "Deny=")
    check("no rules", ctl(proxy, "rule", "list").startswith("no rules"))
    ctl(proxy, "policy", "revoke", ALICE)
    check("the site again", verdict(proxy, *asked) == "ACCESS_XMPP")
    ctl(proxy, "user", "set", ALICE, "Site=", "Group=")
    check("no users", ctl(proxy, "user", "list").startswith("no users"))
    ctl(proxy, "policy", "remove", "chatters")
    ctl(proxy, "policy", "remove", "site:Paris")


def test_round_trip(proxy, folder):
    """What is exported is imported as it was, here and elsewhere; a bad file changes nothing."""
    example = os.path.join(os.environ["EXAMPLE"], "partners.json")
    ctl(proxy, "import", example)
    first = ctl(proxy, "export")
    with open(example, encoding="utf-8") as file:
        wanted = json.load(file)
    document = json.loads(first)
    wanted["Partners"].sort(key=lambda p: p["Domain"])
    wanted["ExternalAccessPolicies"].sort(key=lambda p: p["Scope"])
    check("all of it", {k: v for k, v in document.items() if v != []} == wanted, first)
    path = os.path.join(folder, "exported.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(first)
    ctl(proxy, "gateway", "set", "KeepAliveInterval=99")
    ctl(proxy, "partner", "new", "more.example")
    check("it is another", ctl(proxy, "export") != first)
    ctl(proxy, "import", path)
    check("round trip", ctl(proxy, "export") == first)
    for text, word, status in (('{"Partners": [{"Domain": "x.example"}, {"Domain": "X.example"}]}',
                                "x.example", 1),
                               ('{"Partner": []}', '"Partner" is not known', 1),
                               ('{"Blocks": [{"Address": "b@x.example", "Until": "x"}]}', "Until", 1),
                               ('[{"Identity": "x"}]', "Get-CsXmppAllowedPartner", 1),
                               ("[1]", "object 1", 1), ("{", "bad.json:1", 2), ("", "bad.json:1", 2)):
        with open(os.path.join(folder, "bad.json"), "w", encoding="utf-8") as file:
            file.write(text)
        said = ctl(proxy, "import", os.path.join(folder, "bad.json"), status=status)
        check(text, word in said, said)
    ctl(proxy, "import", "/nowhere/x.json", status=2)
    ctl(proxy, "import", path, "yes", status=1)
    check("nothing was changed", ctl(proxy, "export") == first)


ORIGINAL = [
    {"Identity": "XmppAllowedPartner:gmail.com", "Domain": "gmail.com", "AdditionalDomains": [],
     "Description": None, "PartnerType": "PublicUnverified", "TlsNegotiation": "NotSupported",
     "SaslNegotiation": "NotSupported", "SupportDialbackNegotiation": True,
     "EnableKeepAlive": False, "ConnectionLimit": None, "ProxyFqdn": "", "Anchor": {}},
    {"Identity": "Supplier.example", "AdditionalDomains": "sub.supplier.example",
     "Description": "x", "PartnerType": "Federated", "TlsNegotiation": "Required",
     "SaslNegotiation": "Required", "SupportDialbackNegotiation": False, "ConnectionLimit": 7},
    {"Identity": "Global", "ConnectionLimit": 500, "PartnerConnectionLimit": 10,
     "StreamEstablishmentTimeout": 60, "StreamInactivityTimeout": 600, "KeepAliveInterval": 300,
     "SubscriptionRefreshInterval": 28800, "DialbackPassphrase": "secret",
     "EnableLoggingAllMessageBodies": False},
    {"Identity": "Global", "EnableFederationAccess": True, "EnableXmppAccess": True,
     "EnablePublicCloudAccess": False, "EnablePublicCloudAudioVideoAccess": False,
     "EnableOutsideAccess": True, "Description": None, "EnableTeamsConsumerAccess": False},
    {"Identity": "Site:Redmond", "EnableFederationAccess": True, "EnableXmppAccess": False},
    {"Identity": "Tag:NoXmpp", "EnableFederationAccess": False, "EnableXmppAccess": False},
]


def test_original(proxy, folder):
    path = os.path.join(folder, "original.json")

    def put(objects):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(objects, file)

    put(ORIGINAL)
    before = ask(proxy, "export")
    said = ctl(proxy, "import", path, status=1)
    check("consent is asked for", "P1: gmail.com" in said and ask(proxy, "export") == before, said)
    answer = ask(proxy, "import", path, "allow-plaintext")
    check("what has no place", sorted(answer["ignored"]) ==
          ["gateway: DialbackPassphrase", "gateway: EnableLoggingAllMessageBodies",
           "global: EnableTeamsConsumerAccess"], answer)
    record = ask(proxy, "partner", "get", "gmail.com")["partner"]
    check("row 17", record["row"] == 17 and record["EnableKeepAlive"] is False, record)
    record = ask(proxy, "partner", "get", "sub.supplier.example")["partner"]
    check("row 2", record["row"] == 2 and record["ConnectionLimit"] == 7 and
          record["PartnerType"] == "Federated", record)
    check("gateway", ask(proxy, "gateway", "get")["gateway"]["ConnectionLimit"] == 500)
    names = [p["name"] for p in ask(proxy, "policy", "get")["policies"]]
    check("policies", {"global", "site:Redmond", "tag:NoXmpp"} <= set(names), names)
    check("others stay", "fabrikam.example" in domains(proxy))
    put(ORIGINAL[1])
    ctl(proxy, "import", path)
    put({**ORIGINAL[1], "PartnerType": 2})
    said = ctl(proxy, "import", path, status=1)
    check("numbers for words", "-EnumsAsStrings" in said and "PartnerType" in said, said)
    said = ctl(proxy, "import", path, "allow-plaintext", status=1)
    check("also with consent", "-EnumsAsStrings" in said, said)


def told_fields(section):
    """The fields that the manual tells in the first column of a section's table."""
    path = os.path.join(os.environ["MANUAL"], "..", "proxy.md")
    with open(path, encoding="utf-8") as file:
        text = file.read().split(f"\n### {section}\n")[1].split("\n### ")[0]
    return [name for row in re.findall(r"^\| (`.*?`) \|", text, re.M)
            for name in re.findall(r"`(\w+)`", row)]


def test_fields(proxy):
    """Every field of a partner and of the gateway that the manual tells can be set by command."""
    ctl(proxy, "partner", "new", "fields.example")
    fields = [f for f in told_fields("Partners") if f != "Domain"]
    check("there are some", len(fields) > 15, fields)
    for field in fields:
        part = ".x" if field in ("Gateway", "Inbound", "Outbound") else ""
        ctl(proxy, "partner", "set", "fields.example", f"{field}{part}=")
    for field in told_fields("Gateway"):
        ctl(proxy, "gateway", "set", f"{field}=")
    ctl(proxy, "partner", "remove", "fields.example")


def test_audit(proxy):
    ctl(proxy, "partner", "new", "audited.example", "Description=one")
    ctl(proxy, "partner", "set", "audited.example", "Description=two")
    ctl(proxy, "partner", "remove", "audited.example")
    ctl(proxy, "partner", "new", "audited.example", "TlsNegotiation=x", status=1)
    ctl(proxy, "contact", "block", ALICE, BOB)
    changes = ask(proxy, "audit", "4")["changes"]
    one = {"Domain": "audited.example", "Description": "one"}
    two = {**one, "Description": "two"}
    check("old and new", [(c["command"], c["kind"], c["name"], c["old"], c["new"]) for c in changes]
          == [("contact block", "contact", f"{ALICE} {BOB}", None, "blocked"),
              ("partner remove", "partner", "audited.example", two, None),
              ("partner set", "partner", "audited.example", one, two),
              ("partner new", "partner", "audited.example", None, one)], changes)
    check("who and when", all(c["uid"] == os.getuid() and c["who"] and
                              re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", c["time"]) for c in changes),
          changes)
    check("as a table", re.search(r"partner set +partner +audited\.example +\{", ctl(proxy, "audit"),
                                  re.M))
    for wrong in ("0", "x", "10001"):
        ctl(proxy, "audit", wrong, status=1)


def test_check(proxy):
    ctl(proxy, "partner", "new", "warned.example", "SaslNegotiation=Required")
    notes = ask(proxy, "check")["notes"]
    check("W1", [(n["code"], n["error"], n["name"]) for n in notes if n["name"] == "warned.example"]
          == [("W1", False, "warned.example")], notes)
    check("for people", re.search(r"^W1 +warned\.example ", ctl(proxy, "check"), re.M))
    with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
        good = file.read()
    proxy.put("proxy.conf", good + "frobnicate = 1;\n")
    said = ctl(proxy, "check", status=1)
    check("the configuration too", "'frobnicate'" in said, said)
    proxy.put("proxy.conf", good)


def test_restart(proxy):
    """All is as it was after a restart, and only the owner can read it."""
    before = ctl(proxy, "export"), ctl(proxy, "gateway", "get")
    finish(proxy)
    if os.path.exists(proxy.path("store.sqlite")):
        check("mode", stat.S_IMODE(os.stat(proxy.path("store.sqlite")).st_mode) == 0o600)
    done = subprocess.run([os.environ["XMPPFED_PROXY"], "--check", proxy.path("proxy.conf")],
                          capture_output=True, text=True, timeout=30, check=False)
    check("--check", done.returncode == 0 and "code=W1 domain=warned.example" in done.stdout,
          done.stdout + done.stderr)
    proxy.start()
    check("the same", (ctl(proxy, "export"), ctl(proxy, "gateway", "get")) == before)


def test_read_only(proxy):
    """A partner file is not changed by command, and says so."""
    for arguments in (("partner", "new", "x.example"), ("gateway", "set", "Strict=true"),
                      ("policy", "grant", ALICE, "x"), ("export",), ("user", "list")):
        said = ctl(proxy, *arguments, status=1)
        check(f"{arguments}", "partners.json" in said and "'partners'" in said, said)
    check("check", ctl(proxy, "check") == "nothing is wrong\n")
    ctl(proxy, "contact", "add", BOB, ALICE)
    check("contacts are", ask(proxy, "audit")["changes"][0]["kind"] == "contact")


def test_conversation(folder):
    """Changes while two proxies talk: at once, and no stanza is lost."""
    contoso = Proxy(os.path.join(folder, "a"), "contoso.example", "contoso",
                    store="store.sqlite").start()
    fabrikam = Proxy(os.path.join(folder, "b"), "fabrikam.example", "fabrikam")
    fabrikam.set_partners([{"Domain": "contoso.example", "PartnerType": "Federated",
                            "Addresses": [contoso.outside]}])
    fabrikam.start()
    test_read_only(fabrikam)
    ours, theirs = Host(contoso), Host(fabrikam)
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    ctl(contoso, "gateway", "set", "AllowFederatedUsers=true")
    ctl(contoso, "policy", "set", "global", "EnableFederationAccess=true", "EnableXmppAccess=true")
    ours.send(kind="message", id="m0", body="x", **{"from": ALICE, "to": BOB})
    contoso.wait(event="REFUSED", rule="PARTNER")
    ctl(contoso, "partner", "new", "fabrikam.example", f"Addresses={fabrikam.outside}",
        "PartnerType=Federated")
    for i in range(40):
        ours.send(kind="message", id=f"m{i + 1}", body=f"n{i}", **{"from": ALICE, "to": BOB})
        ctl(contoso, "partner", "set", "fabrikam.example", f"Description=number {i}")
    for i in range(40):
        ours.wait(kind="message", id=f"m{i + 1}", body=f"echo: n{i}")
    ctl(contoso, "partner", "remove", "fabrikam.example")
    ours.send(kind="message", id="end", body="x", **{"from": ALICE, "to": BOB})
    contoso.wait(event="REFUSED", rule="PARTNER")
    finish(ours, theirs, contoso, fabrikam)


def test_old_store(folder):
    """A store of contacts from before there were versions goes on as it is."""
    proxy = Proxy(os.path.join(folder, "old"), "contoso.example", "contoso", store="store.sqlite")
    with sqlite3.connect(proxy.path("store.sqlite")) as db:
        db.execute("CREATE TABLE contact (local TEXT NOT NULL, remote TEXT NOT NULL, state INTEGER "
                   "NOT NULL CHECK (state BETWEEN 2 AND 4), changed INTEGER NOT NULL, PRIMARY KEY "
                   "(local, remote)) WITHOUT ROWID")
        db.execute("INSERT INTO contact VALUES (?, ?, 4, 1700000000)", (ALICE, BOB))
    db.close()
    proxy.start()
    check("kept", [(c["local"], c["remote"], c["contact"]) for c in
                   ask(proxy, "contact", "list")["contacts"]] == [(ALICE, BOB, "blocked")])
    ctl(proxy, "partner", "new", "fabrikam.example")
    finish(proxy)


def all_verbs(folder, store):
    """Every verb with one kind of store."""
    proxy = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso",
                  store=store).start()
    test_matrix(proxy)
    test_partner(proxy)
    test_access(proxy)
    test_round_trip(proxy, folder)
    test_original(proxy, folder)
    test_fields(proxy)
    test_audit(proxy)
    test_check(proxy)
    test_restart(proxy)
    finish(proxy)


def main():
    with tempfile.TemporaryDirectory() as folder:
        all_verbs(folder, "store.sqlite")
        test_conversation(folder)
        test_old_store(folder)


if __name__ == "__main__":
    main()
