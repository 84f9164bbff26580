"""test_check.py - the command line, and one sentence for every fault of a configuration."""

import os
import shutil
import socket
import subprocess
import tempfile

from programs import DATA, Failure

GOOD = """domains = ( { name = "contoso.example"; certificate = "own.pem"; key = "own.key"; } );
trust = "ca.pem";
partners = "partners.json";
store = "contacts.sqlite";
outside = { listen = ( { address = "127.0.0.1"; port = 0; } ); };
inside = { listen = ( { path = "inside.sock"; tls = false; } );
           hosts = ( { name = "contoso.example"; secret = "secret"; } ); };
dns = { servers = ( "127.0.0.1:53", "[::1]:53" ); };
log = { format = "text"; level = "info"; };
queue = { seconds = 60; stanzas = 1000; };
"""

# name: (text of GOOD to replace, replacement, line of the fault or 0, words of the sentence)
FAULTS = {
    "syntax error": ("trust =", "trust", 2, ["syntax error", "correct the line"]),
    "unknown field": ("trust =", "trst =", 2, ["'trst'", "not a known field"]),
    "unknown field of a domain": ("key =", "keys =", 1, ["'keys'", "not a known field"]),
    "unknown field of queue": ("stanzas", "stanza", 10, ["'stanza'", "not a known field"]),
    "no domains": ("domains = ( { name = \"contoso.example\"; certificate = \"own.pem\"; "
                   "key = \"own.key\"; } );", "", 0, ["'domains'", "is missing"]),
    "empty domains": ("( { name = \"contoso.example\"; certificate = \"own.pem\"; "
                      "key = \"own.key\"; } )", "()", 1, ["'domains'", "is empty"]),
    "domain without a name": ("name = \"contoso.example\"; cert", "cert", 1,
                              ["'name'", "is missing"]),
    "bad domain": ("\"contoso.example\"; cert", "\"contoso..example\"; cert", 1,
                   ["'name'", "is not a domain"]),
    "no certificate": ("certificate = \"own.pem\";", "", 1, ["'certificate'", "is missing"]),
    "no trust": ("trust = \"ca.pem\";", "", 0, ["'trust'", "is missing", "PEM"]),
    "number for a path": ("\"ca.pem\"", "7", 2, ["'trust'", "must be text"]),
    "no listener": ("( { address = \"127.0.0.1\"; port = 0; } )", "()", 5,
                    ["'listen'", "is empty"]),
    "bad address": ("\"127.0.0.1\"; port", "\"localhost\"; port", 5,
                    ["'address'", "is not an IP address"]),
    "bad port": ("port = 0", "port = 65536", 5, ["'port'", "from 0 to 65535"]),
    "port in quotes": ("port = 0", "port = \"0\"", 5, ["'port'", "whole number"]),
    "direct TLS in quotes": ("port = 0;", "port = 0; direct_tls = \"yes\";", 5,
                             ["'direct_tls'", "true or false"]),
    "plain on the network": ("path = \"inside.sock\"", "address = \"192.0.2.1\"", 6,
                             ["'tls'", "loopback"]),
    "plain on all addresses": ("path = \"inside.sock\"", "address = \"0.0.0.0\"", 6,
                               ["'tls'", "loopback"]),
    "TLS without certificate": ("tls = false;", "", 6, ["'certificate'", "is missing"]),
    "address and path": ("path =", "address = \"127.0.0.1\"; path =", 6,
                         ["'listen'", "either 'address' or 'path'"]),
    "tls in quotes": ("tls = false", "tls = \"no\"", 6, ["'tls'", "true or false"]),
    "host of another domain": ("name = \"contoso.example\"; secret",
                               "name = \"fabrikam.example\"; secret", 7,
                               ["'name'", "not one of 'domains'"]),
    "host without a secret": (" secret = \"secret\";", "", 7, ["'secret'", "is missing"]),
    "name server by name": ("\"127.0.0.1:53\"", "\"ns.example\"", 8,
                            ["'servers'", "IP addresses"]),
    "five name servers": ("\"[::1]:53\"", "\"::1\", \"::1\", \"::1\", \"::1\"", 8,
                          ["'servers'", "1 to 4"]),
    "trusted name server elsewhere": ("\"127.0.0.1:53\", \"[::1]:53\" );",
                                      "\"127.0.0.1\", \"192.0.2.1\" ); trusted = true;", 8,
                                      ["'trusted'", "loopback"]),
    "trusted in quotes": ("53\" );", "53\" ); trusted = \"yes\";", 8,
                          ["'trusted'", "true or false"]),
    "trusted and validated": ("53\" );", "53\" ); trusted = true; validate = true;", 8,
                              ["'trusted'", "'validate'"]),
    "validate in quotes": ("53\" );", "53\" ); validate = \"yes\";", 8,
                           ["'validate'", "true or false"]),
    "no anchor": ("53\" );", "53\" ); validate = true; root_anchor = \"empty\";", 0,
                  ["'dns."]),
    "large cache": ("53\" );", "53\" ); cache = 1000001;", 8, ["'cache'", "1000000"]),
    "unknown format": ("\"text\"", "\"xml\"", 9, ["'format'", "json"]),
    "unknown level": ("\"info\"", "\"loud\"", 9, ["'level'", "warning"]),
    "long queue": ("seconds = 60", "seconds = 3601", 10, ["'seconds'", "from 1 to 3600"]),
    "few bytes": ("stanzas = 1000", "bytes = 65535", 10, ["'bytes'", "from 65536"]),
    "slow race": ("queue =", "dial = { race_milliseconds = 15001; }; queue =", 10,
                  ["'race_milliseconds'", "from 10 to 15000"]),
    "quick return": ("queue =", "dial = { return_seconds = 9; }; queue =", 10,
                     ["'return_seconds'", "from 10 to 86400"]),
    "unknown field of dial": ("queue =", "dial = { tries = 3; }; queue =", 10,
                              ["'tries'", "not a known field"]),
    "long resumption": ("queue =", "resume = { seconds = 3601; }; queue =", 10,
                        ["'seconds'", "from 0 to 3600"]),
    "many sessions": ("queue =", "resume = { sessions = 100001; }; queue =", 10,
                      ["'sessions'", "from 0 to 100000"]),
    "unknown field of resume": ("queue =", "resume = { bytes = 1; }; queue =", 10,
                                ["'bytes'", "not a known field"]),
    "POSH in quotes": ("queue =", "posh = { enabled = \"yes\"; }; queue =", 10,
                       ["'enabled'", "true or false"]),
    "web server by name": ("queue =", "posh = { connect = \"www.example\"; }; queue =", 10,
                           ["'connect'", "must be as"]),
    "unknown field of POSH": ("queue =", "posh = { url = \"x\"; }; queue =", 10,
                              ["'url'", "not a known field"]),
    "admin without a path": ("queue =", "admin = { }; queue =", 10, ["'path'", "is missing"]),
    "unknown field of admin": ("queue =", "admin = { mode = 1; }; queue =", 10,
                               ["'mode'", "not a known field"]),
    "list for a group": ("queue = { seconds = 60; stanzas = 1000; }", "queue = ( 1 )", 10,
                         ["'queue'", "must be a group"]),
    "missing certificate": ("own.pem", "gone.pem", 0,
                            ["gone.pem", "certificate of contoso.example", "No such file"]),
    "nothing inside": (GOOD[GOOD.index("inside ="):GOOD.index("dns =")], "", 0,
                       ["'inside'", "is missing", "host servers"]),
    "missing key": ("own.key", "gone.key", 0, ["gone.key", "key of contoso.example"]),
    "key of another": ("own.key", "other.key", 0, ["own.pem", "other.key", "contoso.example"]),
    "no PEM": ("\"ca.pem\"", "\"secret\"", 0, ["secret"]),
    "missing partners": ("partners.json", "gone.json", 0, ["gone.json", "partners"]),
    "missing secret": ("\"secret\"", "\"gone.secret\"", 0, ["gone.secret", "secret of a host"]),
    "empty secret": ("\"secret\"", "\"empty\"", 0, ["empty", "first line"]),
    "short dialback secret": ("queue =", "dialback_secret = \"secret\"; queue =", 0,
                              ["secret", "under 16 bytes"]),
    "missing revocation list": ("queue =", "crl = \"gone.crl\"; queue =", 0, ["gone.crl"]),
}


def run(*arguments):
    done = subprocess.run([os.environ["XMPPFED_PROXY"], *arguments], capture_output=True, text=True,
                          timeout=30, check=False)
    if "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        raise Failure(done.stderr)
    return done


def expect(name, condition, done):
    if not condition:
        raise Failure(f"{name}: status {done.returncode}\n{done.stdout}{done.stderr}")


def prepare(folder):
    for source, target in (("contoso.pem", "own.pem"), ("contoso.key", "own.key"),
                           ("ca.pem", "ca.pem"), ("fabrikam.key", "other.key")):
        shutil.copy(os.path.join(DATA, source), os.path.join(folder, target))
    for name, text in (("secret", "short\n"), ("empty", "\n"), ("partners.json", "{}")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def write(folder, text):
    path = os.path.join(folder, "proxy.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def check_command_line(path):
    for name, arguments, status, word in (
            ("version", ["--version"], 0, "xmppfed-proxy "), ("help", ["--help"], 0, "Usage:"),
            ("nothing", [], 2, "Usage:"), ("unknown option", ["--frobnicate"], 2, "Usage:"),
            ("two files", [path, path], 2, "Usage:"), ("check of nothing", ["--check"], 2, "Usage:"),
            ("missing file", ["--config", "/nowhere/x.conf"], 1, "/nowhere/x.conf"),
            ("missing file to check", ["--check", "/nowhere/x.conf"], 1, "/nowhere/x.conf"),
            ("good file", ["--check", path], 0, "ready to run")):
        done = run(*arguments)
        expect(name, done.returncode == status and word in done.stdout + done.stderr, done)


def check_fault(folder, name, old, new, line, words):
    if old not in GOOD:
        raise Failure(f"{name}: the good file has no {old!r}")
    path = write(folder, GOOD.replace(old, new, 1))
    done = run("--check", path)
    expect(name, done.returncode == 1, done)
    expect(name + " (one line)", done.stderr.count("\n") == 1, done)
    expect(name + " (prefix)", done.stderr.startswith("xmppfed-proxy: " + folder), done)
    if line:
        expect(name + " (line)", f"{path}:{line}: " in done.stderr, done)
    for word in words:
        expect(f"{name} ({word})", word in done.stderr, done)
    # Running it says the same.
    again = run(path)
    expect(name + " (when run)", again.returncode == 1 and again.stderr == done.stderr, again)


def check_notes(folder):
    """Remarks on partners and on our own certificate are shown, and do not stop a start."""
    with open(os.path.join(folder, "partners.json"), "w", encoding="utf-8") as file:
        file.write('{"Partners": [{"Domain": "fabrikam.example", "SaslNegotiation": "Required"}]}')
    done = run("--check", write(folder, GOOD))
    expect("note", done.returncode == 0 and "event=PARTNER_NOTE code=W1" in done.stdout, done)
    shutil.copy(os.path.join(DATA, "fabrikam-expired.pem"), os.path.join(folder, "own.pem"))
    shutil.copy(os.path.join(DATA, "fabrikam-expired.key"), os.path.join(folder, "own.key"))
    done = run("--check", write(folder, GOOD))
    expect("own certificate", done.returncode == 0 and
           "event=CERTIFICATE_WARNING domain=contoso.example" in done.stdout, done)


def check_starts(folder):
    """What only a start finds out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(write(folder, GOOD.replace("port = 0", f"port = {port}")))
        expect("port in use", done.returncode == 1 and f"port {port}" in done.stderr and
               "in use" in done.stderr, done)
    done = run(write(folder, GOOD.replace("contacts.sqlite", "/nowhere/contacts.sqlite")))
    expect("store", done.returncode == 1 and "/nowhere/contacts.sqlite" in done.stderr, done)
    done = run(write(folder, GOOD + 'admin = { path = "/nowhere/admin"; };\n'))
    expect("admin", done.returncode == 1 and "/nowhere/admin" in done.stderr, done)
    done = run(write(folder, GOOD + 'pid_file = "/nowhere/pid";\n'))
    expect("pid file", done.returncode == 1 and "/nowhere/pid" in done.stderr, done)


def check_example(folder):
    """The configuration that is delivered as an example is a good one."""
    example = os.environ["EXAMPLE"]
    for name in ("xmppfed-proxy.conf", "partners.json"):
        shutil.copy(os.path.join(example, name), os.path.join(folder, name))
    for source in ("contoso.pem", "contoso.key", "ca.pem"):
        shutil.copy(os.path.join(DATA, source), os.path.join(folder, source))
    shutil.copy(os.path.join(folder, "secret"), os.path.join(folder, "contoso.secret"))
    done = run("--check", os.path.join(folder, "xmppfed-proxy.conf"))
    expect("example", done.returncode == 0 and "event=" not in done.stdout, done)


def main():
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        check_command_line(write(folder, GOOD))
        for name, (old, new, line, words) in FAULTS.items():
            check_fault(folder, name, old, new, line, words)
        check_starts(folder)
        check_notes(folder)
        check_example(folder)


if __name__ == "__main__":
    main()
