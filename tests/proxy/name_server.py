"""name_server.py - a DNS server for tests: one zone in a dictionary, over UDP and TCP."""

import socket
import socketserver
import struct
import threading

A, SRV = 1, 33


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def question(message):
    """The name (in lower case), type and raw question of a query."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode().lower())
        at += 1 + message[at]
    return ".".join(labels), struct.unpack("!H", message[at + 1:at + 3])[0], message[12:at + 5]


def answer(zone, message, truncate):
    asked, kind, raw = question(message)
    records = zone.get((asked, kind), [])
    known = any(key[0] == asked for key in zone)
    if zone.get("fails") == "all" or (zone.get("fails") == "bogus" and not message[3] & 0x10):
        # SERVFAIL: whatever is asked, or as a validating server says of bogus data without CD.
        return message[:2] + struct.pack("!HHHHH", 0x8182, 1, 0, 0, 0) + raw
    flags = 0x8180 | (0x0200 if truncate else 0) | (0 if known else 3)
    body = b"" if truncate else b"".join(
        b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data for data in records)
    counts = struct.pack("!HHHH", 1, 0 if truncate else len(records), 0, 0)
    return message[:2] + struct.pack("!H", flags) + counts + raw + body


class NameServer:
    """Answers at 127.0.0.1 on a free port; with truncate only TCP gives records."""

    def __init__(self, zone, truncate=False):
        self.tcp_queries = 0
        outer = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                data, sender = self.request
                noise = bytes([data[0] ^ 1]) + answer(zone, data, False)[1:]
                sender.sendto(noise, self.client_address)
                sender.sendto(answer(zone, data, truncate), self.client_address)

        class Tcp(socketserver.BaseRequestHandler):
            def handle(self):
                outer.tcp_queries += 1
                size = struct.unpack("!H", self.request.recv(2, socket.MSG_WAITALL))[0]
                reply = answer(zone, self.request.recv(size, socket.MSG_WAITALL), False)
                whole = struct.pack("!H", len(reply)) + reply
                self.request.sendall(whole[:5])
                self.request.sendall(whole[5:])

        self.udp, self.tcp = self._bind(Udp, Tcp)
        self.port = self.udp.server_address[1]
        for server in (self.udp, self.tcp):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    @staticmethod
    def _bind(udp_handler, tcp_handler):
        """A port that is free for UDP may be some other test's for TCP: then another is tried."""
        for left in range(20, 0, -1):
            udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), udp_handler)
            try:
                return udp, socketserver.ThreadingTCPServer(udp.server_address, tcp_handler)
            except OSError:
                udp.server_close()
                if left == 1:
                    raise
        return None

    def close(self):
        for server in (self.udp, self.tcp):
            server.shutdown()
            server.server_close()


def federation(domain, port, service="_xmpp-server"):
    """A zone in which the domain's federation is served at 127.0.0.1 on that port."""
    host = "xmpp." + domain
    return {(f"{service}._tcp." + domain, SRV): [struct.pack("!HHH", 5, 0, port) + name(host)],
            (host, A): [bytes([127, 0, 0, 1])]}
