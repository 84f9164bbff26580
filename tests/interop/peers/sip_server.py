"""sip_server.py - a Kamailio with registrar and presence, run by one of the example's files."""

import os
import sqlite3

from process import HarnessError, Process, run
from sip import PASSWORD

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
GATEWAY_CONFIG = os.path.join(ROOT, "examples", "sip-gateway", "kamailio.cfg")
SCHEMAS = "/usr/share/kamailio/db_sqlite"
TABLES = ("standard", "auth_db", "usrloc", "presence")
RULES_TYPE = 2  # of the table xcap: presence rules

RULES = """<?xml version='1.0' encoding='UTF-8'?>
<ruleset xmlns='urn:ietf:params:xml:ns:common-policy' xmlns:pr='urn:ietf:params:xml:ns:pres-rules'>
{rules}
</ruleset>"""
# RFC 5025: who is named may see everything, or nothing.
RULE = """<rule id='{name}'><conditions><identity>{ones}</identity></conditions>
<actions><pr:sub-handling>{handling}</pr:sub-handling></actions>
<transformations><pr:provide-services><pr:all-services/></pr:provide-services>
<pr:provide-persons><pr:all-persons/></pr:provide-persons><pr:provide-all-attributes/>
</transformations></rule>"""


class SipServer:
    """Kamailio in the foreground, for one domain. `defines` are the values of the file's #!define."""

    def __init__(self, config, domain, address, directory, defines=None, port=5060,
                 modules=(), environment=None):
        self.domain, self.address, self.port = domain, address, port
        self.directory = os.path.join(directory, "kamailio")
        os.makedirs(self.directory, exist_ok=True)
        self._database = os.path.join(self.directory, "kamailio.db")
        self._control = f"unix:{self.directory}/ctl.sock"
        values = {"DOMAIN": f'"{domain}"', "LISTEN": f"udp:{address}:{port}",
                  "OWN_URI": f'"sip:{address}:{port}"',
                  "DATABASE": f'"sqlite:///{self._database}"', "CONTROL": f'"{self._control}"',
                  **(defines or {})}
        self._argv = ["kamailio", "-f", config]
        for name, value in values.items():
            self._argv += ["-A", f"{name}={value}"]
        for folder in modules:
            self._argv += ["-L", folder]
        self._environment = environment
        self._handlings = {}
        self.process = None
        self._create()

    def _create(self):
        with sqlite3.connect(self._database) as database:
            for name in TABLES:
                with open(os.path.join(SCHEMAS, name + "-create.sql"), encoding="utf-8") as file:
                    database.executescript(file.read())
            # Kamailio does not wait for a lock; a reader meets none then.
            database.execute("PRAGMA journal_mode = WAL")
        database.close()

    def execute(self, script):
        """Statements of SQL, as a file of them has."""
        with sqlite3.connect(self._database, timeout=20) as database:
            database.executescript(script)
        database.close()

    def _write(self, statement, *values):
        with sqlite3.connect(self._database, timeout=20) as database:
            database.execute(statement, values)
        database.close()

    def add_user(self, user):
        """An account, with nobody in its rules."""
        self._write("INSERT INTO subscriber (username, domain, password) VALUES (?, ?, ?)",
                    user, self.domain, PASSWORD)

    def rule(self, user, watcher, handling):
        """A user lets a watcher (alice@fabrikam.example) see all, "allow", or nothing, "block"."""
        rules = self._handlings.setdefault(user, {})
        rules[watcher] = handling
        text = RULES.format(rules="".join(RULE.format(
            name=name, handling=name, ones="".join(
                f"<one id='sip:{who}'/>" for who, what in rules.items() if what == name))
            for name in sorted(set(rules.values()))))
        self._write("DELETE FROM xcap WHERE username = ?", user)
        self._write("INSERT INTO xcap (username, domain, doc, doc_type, etag, source, doc_uri, port) "
                    "VALUES (?, ?, ?, ?, '1', 0, ?, 0)", user, self.domain, text.encode(),
                    RULES_TYPE, f"rules-of-{user}")
        if self.process:
            self.control("presence.refreshWatchers", f"sip:{user}@{self.domain}", "presence", "0")

    def control(self, *command):
        """Ask Kamailio by kamcmd; return what it says."""
        status, said = run(["kamcmd", "-s", self._control, *command], self.directory)
        if status != 0 or said.startswith("error"):
            raise HarnessError(f"kamcmd {' '.join(command)}: {said}")
        return said

    def start(self):
        """Start it; that it answers is for the SIP users to find out, who repeat what they send."""
        status, said = run([*self._argv, "-c"], self.directory, env=self._environment)
        if status != 0:
            raise HarnessError(f"Kamailio does not take its file:\n{said}")
        self.process = Process("kamailio", [
            *self._argv, "-DD", "-E", "-m", "64", "-M", "8", "-P", f"{self.directory}/kamailio.pid",
            "-w", self.directory, "-Y", self.directory], self.directory, self._environment)
        return self

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
