"""test_crash.py - kill -9 of the proxy in the middle of changes: the old or the new, never half."""

import json
import os
import random
import signal
import socket
import sqlite3
import tempfile
import threading
import time

from ctl import ask, check
from database_server import DatabaseServer
from programs import Proxy, finish
from test_pool import until

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "12"))
PARTNERS = 60


def document(generation):
    """Every record says which generation it is of; a grant ties two tables together."""
    text = f"generation {generation}"
    name = f"policy-{generation}"
    return {"AllowFederatedUsers": True,
            "Partners": [{"Domain": f"p{i}.example", "Description": text}
                         for i in range(PARTNERS + generation % 2)],
            "ExternalAccessPolicies": [{"Scope": "user", "Name": name, "Description": text}],
            "Users": [{"Address": "alice@contoso.example", "Policy": name}]}


class Writer(threading.Thread):
    """Imports one generation after another until the proxy is gone."""

    def __init__(self, proxy, generation):
        super().__init__(daemon=True)
        self.path = proxy.path("admin.sock")
        self.sent = self.answered = generation

    def run(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.path)
            lines = s.makefile("rwb")
            try:
                while True:
                    self.sent += 1
                    request = {"command": "import", "file": "x", "document": document(self.sent)}
                    lines.write(json.dumps(request).encode() + b"\n")
                    lines.flush()
                    if json.loads(lines.readline())["ok"]:
                        self.answered = self.sent
            except (OSError, ValueError):
                pass


def generation_of(exported):
    """The one generation of a document; it must be one."""
    texts = {p["Description"] for p in exported["Partners"] + exported["ExternalAccessPolicies"]}
    check("of one generation", len(texts) == 1, texts)
    generation = int(texts.pop().split()[1])
    wanted = document(generation)
    wanted["Partners"].sort(key=lambda p: p["Domain"])
    check("whole", {k: v for k, v in exported.items() if v != []} == wanted, exported)
    return generation


def check_file(path):
    with sqlite3.connect(path) as db:
        check("integrity", db.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
        check("foreign keys", db.execute("PRAGMA foreign_key_check").fetchall() == [])
        audited = db.execute("SELECT max(new_record) FROM audit WHERE kind = 'access_policy' AND id ="
                             " (SELECT max(id) FROM audit WHERE kind = 'access_policy'"
                             " AND new_record IS NOT NULL)").fetchone()[0]
    db.close()
    return json.loads(audited)["Description"] if audited else None


def test_kills(folder, store, look):
    proxy = Proxy(folder, "contoso.example", "contoso", store=store)
    generation = 0
    for _ in range(ROUNDS):
        proxy.start()
        if generation:
            stored = generation_of(ask(proxy, "export"))
            check("what was answered is there", generation <= stored <= writer.sent,
                  (generation, stored, writer.sent))
            check("in force as it is stored", {p["Description"] for p in
                                               ask(proxy, "partner", "list")["partners"]} ==
                  {f"generation {stored}"})
            generation = stored
        writer = Writer(proxy, generation)
        writer.start()
        until("changes", 20, lambda: writer.answered >= generation + 2)
        time.sleep(random.uniform(0, 0.05))
        proxy.child.send_signal(signal.SIGKILL)
        proxy.child.wait(20)
        writer.join(20)
        generation = writer.answered
        audited = look() if look else None
        if audited:
            check("audited as it is stored", generation <= int(audited.split()[1]) <= writer.sent)
        # What was on its way may have been written or not; the next round sees which.
    proxy.start()
    generation_of(ask(proxy, "export"))
    finish(proxy)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sqlite")
        test_kills(path, "store.sqlite", lambda: check_file(os.path.join(path, "store.sqlite")))
        server = DatabaseServer()
        try:
            test_kills(os.path.join(folder, "pgsql"), server.address, None)
        finally:
            server.remove()


if __name__ == "__main__":
    main()
