"""test_pool.py - PostgreSQL behind the proxy: all verbs, a pool of edges, a server that goes."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import test_records
from ctl import ask, check, ctl
from database_server import DatabaseServer
from programs import Failure, Proxy, finish
from test_metrics import Watched, report

ALICE, BOB = "alice@contoso.example", "bob@fabrikam.example"


def until(what, seconds, condition):
    """The condition holds within so many seconds; return how long it took."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - start


def edges(folder, server):
    """Two that start at once."""
    both = [Watched(os.path.join(folder, f"edge{i}"), "contoso.example", "contoso",
                    store=server.address) for i in range(2)]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(Watched.start, both))


def listed(proxy):
    return [p["Domain"] for p in ask(proxy, "partner", "list")["partners"]]


def blocked(proxy):
    return [c["contact"] for c in ask(proxy, "contact", "list", ALICE)["contacts"]]


def explained(proxy):
    answer = ask(proxy, "explain", ALICE, BOB, "message", status=None)
    return answer["contact"], answer["contact_source"]


def test_live(one, two):
    """A change on one edge is in force on the other within a second, both ways."""
    for here, there in ((one, two), (two, one)):
        ctl(here, "partner", "new", "live.example")
        until("a new partner", 1, lambda: "live.example" in listed(there))
        there.wait(event="STORE_CHANGED")
        ctl(there, "partner", "remove", "live.example")
        until("a removed one", 1, lambda: "live.example" not in listed(here))
    ctl(one, "import", os.path.join(os.environ["EXAMPLE"], "partners.json"))
    until("an import", 1, lambda: ctl(two, "export") == ctl(one, "export") and
          "fabrikam.example" in listed(two))
    ctl(one, "partner", "new", BOB.split("@")[1] + "x")
    ctl(two, "contact", "block", ALICE, BOB)
    until("a block", 1, lambda: explained(one) == ("blocked", "store"))
    ctl(one, "contact", "remove", ALICE, BOB)
    until("no block", 1, lambda: explained(two) == ("none", "store"))


def test_conflict(one, two):
    """Two edges that make the same record at once: one has it, the other says so."""
    for i in range(5):
        name = f"race{i}.example"
        ctl(one, "partner", "new", name)
        said = ctl(two, "partner", "new", name, status=1)
        check("the second", "is there already" in said, said)
        ctl(two, "partner", "set", name, "Description=by two")
        ctl(one, "partner", "set", name, "ConnectionLimit=5")
        record = next(p for p in ask(two, "export")["Partners"] if p["Domain"] == name)
        check("both changes", record == {"Domain": name, "Description": "by two",
                                         "ConnectionLimit": 5}, record)


def test_lost(server, one, two):
    """The last snapshot stays in force, it is said, and the connection comes back by itself."""
    ctl(one, "contact", "block", ALICE, BOB)
    until("a block", 1, lambda: explained(two) == ("blocked", "store"))
    before = listed(one)
    server.kill()
    for proxy in (one, two):
        said = proxy.wait(event="STORE_LOST")
        check("it is said", said["level"] == "error" and "last read" in said["text"], said)
        check("partners stay", listed(proxy) == before)
        check("blocks stay", explained(proxy) == ("blocked", "store"))
        said = ctl(proxy, "partner", "new", "lost.example", status=1)
        check("changes are refused", "server" in said and "lost.example" not in listed(proxy), said)
        ctl(proxy, "export", status=1)
        check("it is shown", proxy.numbers().value("xmppfed_store_reachable") == 0
              and report(proxy, "/readyz")[1]["store"] == "last snapshot")
    # What a third edge does while these two cannot reach the server.
    server.query_unseen("INSERT INTO partner VALUES"
                        " ('while.example', '{\"Domain\": \"while.example\"}');"
                        f"UPDATE contact SET state = 3 WHERE local = '{ALICE}'")
    server.start()
    for proxy in (one, two):
        proxy.wait(event="STORE_BACK")
        check("it is shown", proxy.numbers().value("xmppfed_store_reachable") == 1)
        check("what has changed since", "while.example" in listed(proxy))
        check("contacts too", explained(proxy) == ("added", "store"), explained(proxy))
    ctl(one, "partner", "new", "again.example")
    until("changes go on", 1, lambda: "again.example" in listed(two))
    ctl(two, "contact", "remove", ALICE, BOB)
    until("contacts go on", 1, lambda: explained(one) == ("none", "store"))


def test_refused(folder, server):
    """A server that is not there is one sentence without the password, and no start."""
    proxy = Proxy(os.path.join(folder, "refused"), "contoso.example", "contoso",
                  store=server.address.replace("xmppfed@", "xmppfed:sesame@")
                  .replace(server.folder, "/nowhere"))
    try:
        proxy.start()
    except Failure as failure:
        said = str(failure)
    check("refused", proxy.child.wait(20) == 1 and "database xmppfed on /nowhere" in said and
          "sesame" not in said, said)


def main():
    server = DatabaseServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            test_refused(folder, server)
            # On an empty database: the tables are made once.
            one, two = edges(folder, server)
            test_live(one, two)
            test_conflict(one, two)
            test_lost(server, one, two)
            finish(one, two)
            test_records.all_verbs(folder, server.fresh("verbs"))
    finally:
        server.remove()


if __name__ == "__main__":
    main()
