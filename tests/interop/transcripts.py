"""transcripts.py - keeps what the proxy recorded of its streams with real servers.

As a file of tests/transcript/peers, and as a seed of the harnesses that speak past TLS without TLS.
Domains become those for which tests/data has certificates.
"""

import base64
import glob
import hashlib
import hmac
import os
import re

from proxy import RECORDINGS

PARTNER, OURS = "fabrikam.example", "contoso.example"
CERTIFICATES = {"proves": "fabrikam", "fails": "fabrikam-selfsigned", "misnamed": "fabrikam-wrongname"}
SECRET = b"s3cr3tf0rd14lb4ck"  # that of recordings, and of the transcripts


def key(stream):
    """The dialback key of ours for a stream between the two (XEP-0185)."""
    secret = hashlib.sha256(SECRET).hexdigest().encode()
    return hmac.new(secret, f"{PARTNER} {OURS} {stream}".encode(), hashlib.sha256).hexdigest()


def with_keys(text):
    """The keys under the new names, in what we sent and in what we are asked about."""
    lines = []
    stream = None
    for line in text.splitlines():
        header = re.match(r"C: .*<stream:stream .*\bid=['\"]([^'\"]*)", line)
        stream = header[1] if header else stream
        asked = re.match(r"C: <db:verify .*\bid=['\"]([^'\"]*)", line)
        if asked or line.startswith("S: <db:result "):
            line = re.sub(r">[0-9a-f]{64}<", f">{key(asked[1] if asked else stream)}<", line)
        lines.append(line + "\n")
    return "".join(lines)


def renamed(text, domain, ours):
    """The recording with the domains and certificates of tests/data."""
    for name, other in ((domain, PARTNER), (ours, OURS)):
        text = text.replace(name, other)
        text = text.replace(base64.b64encode(name.encode()).decode(),
                            base64.b64encode(other.encode()).decode())
    text = with_keys(text)
    text = re.sub(r"^(host \S+) own$", r"\1 contoso", text, flags=re.MULTILINE)
    return re.sub(r"^A: tls (proves|fails|misnamed)$", lambda found: f"A: tls {CERTIFICATES[found[1]]}",
                  text, flags=re.MULTILINE)


def unescaped(line):
    """What the peer sent in a C line."""
    text = re.sub(r"\\n", "\n", line)
    return re.sub(rb"\\x([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), text.encode())


def seeds_of(text):
    """(harness, bytes): for fuzz/talk.h with what the host answers, and the last stream in TLS alone."""
    receives = text.startswith("start receiver")
    letters = ("R" if "tls=required" in text else "O") + ("o" if "sasl=optional" in text else "r")
    letters += "d" if "dialback=true" in text else ""
    letters += "p" if "allow-plaintext=true" in text else ""
    letters += "c" if "A: tls fabrikam\n" in text else ""
    letters += "v" if text.startswith("start verifier") else ""
    letters += "t" if re.match(r"start \S+-direct", text) else ""
    out = b""
    waits = False
    for line in text.splitlines():
        if line.startswith("C: "):
            out += (b"\v" if waits else b"") + unescaped(line[3:])
            waits = False
        elif line.startswith("A: checked") and line.endswith(" OK"):
            out += b"\x01"
        elif line[:2] in ("S:", "A:", "E:"):
            waits = bool(out)
    yield "receiver" if receives else "initiator", letters.encode() + b"0\n" + out
    if "A: tls " in text:
        last = out.replace(b"\x01", b"").split(b"\v")
        begin = max(i for i, piece in enumerate(last) if b"<stream:stream" in piece)
        yield "stream", b"s0" + b"".join(last[begin:])


def stem(case, text, taken):
    """A name that no other stream of the case has."""
    name = f"{case.replace('.', '-')}-{text.split()[1]}"
    number = 1
    while (name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    taken.add(name if number == 1 else f"{name}-{number}")
    return name if number == 1 else f"{name}-{number}"


def store(folder, name, data):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def write(directory, case, peers, transcripts, seeds):
    """Keep the recordings below the directory of a case; peers maps domains to names of servers."""
    taken = set()
    for path in sorted(glob.glob(os.path.join(directory, "**", RECORDINGS, "*.xt"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        found = re.search(r"^policy (\S+)", text, re.MULTILINE)
        if not found or found[1] not in peers:
            continue
        host = re.search(r"^host (\S+)", text, re.MULTILINE)
        text = renamed(text, found[1], host[1] if host else OURS)
        name = stem(case, text, taken)
        if transcripts:
            store(transcripts, name + ".xt", text.encode())
        if seeds:
            for harness, data in seeds_of(text):
                store(os.path.join(seeds, harness), "peer-" + name, data)
