"""namespace.py - run this program again in network, mount and process namespaces of its own.

There every run has all of 127.0.0.0/8 and every port for itself, reads its own /etc/resolv.conf and
/etc/hosts, and takes all its processes with it when it ends. The machine's files stay untouched.
"""

import os
import sys
import tempfile

from process import HarnessError, run

MARK = "XMPPFED_INTEROP_NAMESPACE"


def enter():
    """Come back as a child in new namespaces; returns only inside."""
    if os.environ.get(MARK):
        return
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    status, output = run([*unshare, "true"])
    if status != 0:
        raise HarnessError("the interop tests need root and the right to make namespaces "
                           f"(unshare says: {output.strip()})")
    os.environ[MARK] = "1"
    sys.stdout.flush()
    os.execvp("unshare", [*unshare, sys.executable, *sys.argv])


def furnish(name_server):
    """Inside: bring loopback up and let every program ask only this name server."""
    _must(["ip", "link", "set", "lo", "up"])
    cover("/etc/resolv.conf", f"nameserver {name_server}\noptions timeout:1 attempts:2\n")
    cover("/etc/hosts", "127.0.0.1 localhost\n")


def make_dead_ends():
    """Inside a network namespace of our own: addresses that swallow whatever is sent to them. Once
    made they stay as long as the namespace."""
    if run(["ip", "link", "show", "hole"])[0] == 0:
        return
    # A tunnel that nobody reads from asks for no neighbour first, and gives no error afterwards.
    _must(["ip", "tuntap", "add", "dev", "hole", "mode", "tun"])
    _must(["ip", "link", "set", "hole", "up"])
    _must(["ip", "address", "add", "198.51.100.1/24", "dev", "hole"])
    run(["ip", "-6", "address", "add", "2001:db8:dead::1/64", "dev", "hole", "nodad"])


def _must(argv):
    status, output = run(argv)
    if status != 0:
        raise HarnessError(f"{' '.join(argv)}: {output.strip()}")


def cover(path, text):
    """Inside: another content of a file, for this run alone; returns what undoes it."""
    with tempfile.NamedTemporaryFile("w", prefix="xmppfed-", delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    target = os.path.realpath(path)
    if not os.path.exists(target):
        # A bare system may lack the file: an empty one says the same and can be covered.
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "a", encoding="utf-8").close()
    _must(["mount", "--bind", file.name, target])
    os.unlink(file.name)
    return lambda: _must(["umount", "--lazy", target])


def cover_folder(path):
    """Inside: an empty folder in the place of one, or where there is none; returns what undoes it."""
    made = not os.path.exists(path)
    os.makedirs(path, exist_ok=True)
    _must(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", path])

    def uncover():
        _must(["umount", "--lazy", path])
        if made:
            os.rmdir(path)
    return uncover
