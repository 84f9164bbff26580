"""record.py - writes down what real servers say, as seeds for the harnesses of fuzz/.

Listens on the loopback interface of the run's own namespace, so that neither the product nor the
peers know of it. Streams without TLS can be read; those inside TLS are not written.
"""

import os
import re
import socket
import struct
import threading

PORT = 5269
PARTNER = "fabrikam.example"  # what the harnesses call the peer
LONGEST = 4000


class Recorder:
    """Collects TCP streams to and from the server port while it is open."""

    def __init__(self):
        self.streams = {}
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self._socket.bind(("lo", 0))
        self._socket.settimeout(0.2)
        self._open = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while self._open:
            try:
                data, where = self._socket.recvfrom(1 << 17)
            except TimeoutError:
                continue
            if where[2] != socket.PACKET_OUTGOING:  # each packet is seen going out and coming in
                self._take(data[14:])

    def _take(self, packet):
        header = (packet[0] & 15) * 4
        if packet[9] != socket.IPPROTO_TCP:
            return
        total = struct.unpack_from("!H", packet, 2)[0]
        source, target, number = struct.unpack_from("!HHI", packet, header)
        payload = packet[header + (packet[header + 12] >> 4) * 4:total]
        if payload and PORT in (source, target):
            key = (socket.inet_ntoa(packet[12:16]), source, socket.inet_ntoa(packet[16:20]), target)
            self.streams.setdefault(key, {}).setdefault(number, payload)

    def close(self):
        """Return the streams as (sender's address, target's address, dialled by the sender, bytes)."""
        self._open = False
        self._thread.join()
        self._socket.close()
        return [(key[0], key[2], key[3] == PORT, b"".join(parts[at] for at in sorted(parts)))
                for key, parts in self.streams.items()]


def anonymous(text, domain):
    """The peer by the name that the harnesses know, and keys that mean nothing."""
    text = text.replace(domain.encode(), PARTNER.encode())
    return re.sub(rb"[0-9a-f]{40,64}", lambda key: (b"0123456789abcdef" * 4)[:len(key[0])], text)


def first_element(text, mark):
    found = re.search(rb"<" + mark + rb"[ >].*?(?:</" + mark + rb">|/>)", text, re.DOTALL)
    return found.group(0) if found else None


def seeds(name, dialled, text):
    """(harness, file name, bytes) of what a peer said on one stream."""
    role = "receiver" if dialled else "initiator"
    kind = "dials" if dialled else "answers"
    if b"db:verify" in text:
        kind += "-verify"
    stem = f"peer-{name}-{kind}"
    # No TLS, no SASL, dialback in plaintext; our host finds each key that comes to be valid.
    letters = b"Nndp" if dialled or "verify" not in kind else b"Nndpv"
    heard = text.replace(b"</db:result>", b"</db:result>\x01") if dialled else text
    yield role, stem, letters + b"0\n" + heard
    yield "stream", stem, b"s0" + text
    yield "gate", stem, b"a0" + text
    yield "differential", stem, b"0" + text
    for mark in (b"message", b"presence", b"iq"):
        element = first_element(text, mark)
        if element:
            yield "writer", f"{stem}-{mark.decode()}", b"x" + element
    for mark in (b"db:result", b"db:verify"):
        element = first_element(text, mark)
        if element:
            yield "dialback", f"{stem}-{mark.decode()[3:]}", element


def is_of(stream, ours, address, domain):
    """Whether this peer said it to us; what it dials with has an address that tells nothing."""
    sender, target, dialled, data = stream
    speaks = target == ours and domain.encode() in data if dialled else sender == address
    return speaks and data.lstrip().startswith(b"<")


def write(folder, name, ours, address, domain, streams):
    """Write the seeds of one peer below fuzz/corpus; a file that is there is written anew."""
    for stream in streams:
        if not is_of(stream, ours, address, domain):
            continue
        dialled, data = stream[2:]
        text = anonymous(data, domain)[:LONGEST]
        for harness, stem, seed in seeds(name, dialled, text):
            path = os.path.join(folder, harness, stem)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(seed)
