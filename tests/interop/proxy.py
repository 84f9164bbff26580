"""proxy.py - the product under test: xmppfed-proxy with an echo-host behind it.

The proxy logs JSON lines and the echo-host speaks JSON lines, so both are awaited as dictionaries.
"""

import json
import os
import signal

from process import HarnessError, Process, require_free, run, wait_until

# For builds with sanitizers.
ENVIRONMENT = {"LSAN_OPTIONS": "print_suppressions=0:suppressions="
               + os.path.join(os.path.dirname(os.path.abspath(__file__)), "lsan.supp")}

INSIDE = """inside = {{
    listen = ( {{ path = "{socket}"; tls = false; }} );
    hosts = ( {hosts} );
}};
"""

RECORDINGS = "recordings"  # a folder beside the configuration

CONFIG = """
domains = ( {domains} );
trust = "{trust}";
{crl}{record}{partners}store = "contacts.sqlite";
outside = {{ listen = ( {{ address = "{address}"; port = {port}; {direct}}} ); }};
{inside}{dns}log = {{ format = "json"; level = "{level}"; }};
admin = {{ path = "admin.sock"; }};
queue = {{ seconds = {queue_seconds}; stanzas = 1000; }};
"""


def partner(domain, kind="Federated", tls="Required", sasl="Optional", dialback=True,
            plaintext=False, eku=None, addresses=None, dane=None):
    """One partner record."""
    record = {"Domain": domain, "PartnerType": kind, "TlsNegotiation": tls,
              "SaslNegotiation": sasl, "SupportDialbackNegotiation": dialback,
              "AllowPlaintext": plaintext}
    if eku:
        record["Eku"] = eku
    if dane:
        record["Dane"] = dane
    if addresses:
        record["Addresses"] = addresses
    return record


def partner_file(records, policies=(), users=()):
    """The text of a partner file in which everybody may federate with these partners.

    More policies, and users with one of these, may say otherwise.
    """
    policy = {"Scope": "global", "EnableFederationAccess": True, "EnableXmppAccess": True}
    return json.dumps({"AllowFederatedUsers": True, "ExternalAccessPolicies": [policy, *policies],
                       "Users": list(users), "Partners": records}, indent=4)


def read_json(line):
    """The dictionary in a line, or an empty one: sanitizers and libraries write plain text."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


class Proxy:
    """xmppfed-proxy for one domain, with its files in a private directory.

    `partners` are records for a partner file, or None to leave them to the store.
    """

    def __init__(self, program, directory, certificate, trust, domain="contoso.example",
                 address="127.0.0.10", partners=(), name_server="127.0.0.53", crl=None,
                 queue_seconds=60, level="debug", port=5269, direct=False, dns_trusted=False,
                 record=False, more=(), inside=None):
        self.port = port
        self.program, self.directory = program, directory
        self.domain, self.address = domain, address
        os.makedirs(directory, exist_ok=True)
        self.socket = os.path.join(directory, "inside.sock")
        self.process = None
        self.write("secret", "an inside secret of the tests\n")
        os.chmod(self.path("secret"), 0o600)
        if partners is not None:
            self.set_partners(partners)
        trusted = "trusted = true; " if dns_trusted else ""
        dns = f'dns = {{ servers = ( "{name_server}:53" ); {trusted}}};\n' if name_server else ""
        crl = f'crl = "{crl}";\n' if crl else ""
        if record:
            os.makedirs(self.path(RECORDINGS), exist_ok=True)
        record = f'record = "{RECORDINGS}";\n' if record else ""
        ours = (domain, *more)
        hosts = ", ".join(f'{{ name = "{name}"; secret = "secret"; }}' for name in ours)
        self.write("proxy.conf", CONFIG.format(
            domains=", ".join(f'{{ name = "{name}"; certificate = "{certificate.certificate}"; '
                              f'key = "{certificate.key}"; }}' for name in ours),
            partners='partners = "partners.json";\n' if partners is not None else "",
            inside=INSIDE.format(socket=self.socket, hosts=hosts) if inside is None else inside,
            trust=trust,
            crl=crl, record=record, address=address, dns=dns, level=level,
            queue_seconds=queue_seconds, port=port,
            direct="direct_tls = true; " if direct else ""))

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def set_partners(self, records, **more):
        """Write the partner file, as of partner_file(); it counts from the next start or reload."""
        self.write("partners.json", partner_file(list(records), **more))

    def launch(self):
        """Start the program without waiting for anything."""
        self.process = Process("xmppfed-proxy", [self.program, "--config", self.path("proxy.conf")],
                               self.directory, ENVIRONMENT)
        return self.process

    def start(self):
        require_free(self.address, self.port)
        self.launch()
        self.wait_event("READY", seconds=20)
        return self

    def wait_event(self, event, seconds=10, start=0, **fields):
        """Return the first log line with this event and these fields."""
        def accept(line):
            record = read_json(line)
            return record.get("event") == event and \
                all(record.get(name) == value for name, value in fields.items())
        return read_json(self.process.wait_line(accept, seconds, start, f"event {event} {fields}"))

    def events(self, event=None, start=0, **fields):
        """All log records since a mark, or those with this event and these fields."""
        records = [read_json(line) for line in self.process.lines(start)]
        return [item for item in records if item and event in (None, item.get("event"))
                and all(item.get(name) == value for name, value in fields.items())]

    def ctl(self, program, *command):
        """Ask the proxy by xmppfedctl; return its answer as a dictionary."""
        status, text = run([program, "--socket", self.path("admin.sock"), "--json", *command],
                           env=ENVIRONMENT, seconds=15)
        if status != 0:
            raise HarnessError(f"xmppfedctl {' '.join(command)} ended with {status}: {text}")
        return json.loads(text)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        """End the proxy and return its exit status; None if it was not running."""
        if not self.process:
            return None
        status, self.process = self.process.stop(seconds=15), None
        return status

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class EchoHost:
    """echo-host, connected to a proxy's inside socket and driven by JSON lines."""

    def __init__(self, program, proxy, users=("bob",), status="in a meeting", add_back=False,
                 domain=None):
        self.domain = domain or proxy.domain
        argv = [program, "--domain", self.domain, "--secret-file", proxy.path("secret"),
                "--connect", proxy.socket]
        for user in users:
            argv += ["--user", user]
        if status:
            argv += ["--status", status]
        if add_back:
            argv.append("--add-back")
        self._argv, self._directory = argv, proxy.directory
        self._taken = set()
        self.process = None

    def start(self):
        self.process = Process("echo-host", self._argv, self._directory, ENVIRONMENT,
                               interactive=True)
        return self

    def jid(self, user="bob"):
        return f"{user}@{self.domain}"

    def send(self, kind, to, sender=None, **attributes):
        """Send a stanza from one of the host's users."""
        stanza = {"kind": kind, "from": sender or self.jid(), "to": to}
        stanza.update({name: value for name, value in attributes.items() if value is not None})
        self.process.write_line(json.dumps({"send": stanza}))

    def message(self, to, body, identifier=None, sender=None):
        self.send("message", to, sender, type="chat", id=identifier, body=body)

    def presence(self, to, kind=None, status=None, sender=None):
        self.send("presence", to, sender, type=kind, status=status)

    def wait_for(self, accept, seconds=20, what="a stanza"):
        """Take and return the first received stanza that accept() likes, as a dictionary."""
        try:
            return wait_until(lambda: self._take(accept), seconds, what)
        except HarnessError as error:
            tail = "\n    ".join(self.process.lines()[-5:]) or "(nothing)"
            raise HarnessError(f"echo-host: {error}; its last lines:\n    {tail}") from error

    def _take(self, accept):
        if not self.process.running:
            raise HarnessError("echo-host has ended")
        for number, line in enumerate(self.process.lines()):
            stanza = read_json(line)
            if number not in self._taken and stanza and accept(stanza):
                self._taken.add(number)
                return stanza
        return None

    def received(self, accept):
        """Every stanza received so far that accept() likes, in order."""
        return [item for item in map(read_json, self.process.lines()) if item and accept(item)]

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
