"""test_journald.py - under systemd the log goes to the journal by itself, field by field."""

import os
import socket
import struct
import subprocess
import tempfile

from ctl import check
from programs import Failure, Proxy


def fields_of(datagram):
    """The fields of a datagram in the journal's native protocol."""
    fields = {}
    while datagram:
        name, _, rest = datagram.partition(b"\n")
        if b"=" in name:
            raise Failure(f"a field without a length: {name}")
        length = struct.unpack("<Q", rest[:8])[0]
        if rest[8 + length:9 + length] != b"\n":
            raise Failure(f"{name} does not end")
        fields[name.decode()] = rest[8:8 + length].decode()
        datagram = rest[9 + length:]
    return fields


def run(proxy, stream, expect_journal):
    """Start a proxy whose stderr is a pipe that JOURNAL_STREAM names or not; what both got."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(proxy.path("journal"))
        journal.settimeout(20 if expect_journal else 0.2)
        reader, writer = os.pipe()
        there = os.fstat(writer)
        names = {"right": f"{there.st_dev}:{there.st_ino}", "wrong": "1:2"}
        environment = {key: value for key, value in os.environ.items() if key != "JOURNAL_STREAM"}
        if stream:
            environment["JOURNAL_STREAM"] = names[stream]
        with subprocess.Popen([os.environ["XMPPFED_PROXY"], proxy.path("proxy.conf")],
                              stderr=writer, env=environment) as child:
            os.close(writer)
            got = []
            text = b""
            try:
                while expect_journal and not any(f["XMPPFED_EVENT"] == "READY" for f in got):
                    got.append(fields_of(journal.recv(1 << 20)))
                while not expect_journal and b"READY" not in text:
                    text += os.read(reader, 65536)
            finally:
                child.terminate()
                child.wait(20)
        with os.fdopen(reader, "rb") as rest:
            return got, (text + rest.read()).decode()


def main():
    rows = (("auto, of systemd", "", "right", True), ("auto, another stream", "", "wrong", False),
            ("auto, by hand", "", None, False), ("text", 'format = "text";', "right", False),
            ("journal", 'format = "journal";', None, True))
    for number, (name, setting, stream, wanted) in enumerate(rows):
        with tempfile.TemporaryDirectory() as folder:
            proxy = Proxy(os.path.join(folder, str(number)), "contoso.example", "contoso")
            with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
                text = file.read()
            proxy.put("proxy.conf", text.replace('format = "json"; level = "debug";',
                                                 setting + ' journal = "journal";'))
            got, text = run(proxy, stream, wanted)
            check(name, bool(got) == wanted and ("event=READY" in text) != wanted, text)
            check(name, "Sanitizer" not in text, text)
            if wanted:
                ready = got[-1]
                check(name, ready["MESSAGE"].startswith("event=READY outside=127.0.0.1:")
                      and ready["PRIORITY"] == "6" and ready["XMPPFED_OUTSIDE"] and
                      ready["MESSAGE_ID"] == "b6e323a02aa54fc28476dd4eaf71e732", ready)


if __name__ == "__main__":
    main()
