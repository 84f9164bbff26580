"""test_service.py - the proxy under a service manager: notifications, passed sockets, units."""

import json
import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from ctl import check
from manager import Manager, passing
from programs import Failure, Host, Proxy, finish

HEADER = (b"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
          b"from='fabrikam.example' to='contoso.example' version='1.0'>")


def contoso(folder, listen=None):
    proxy = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
    proxy.set_partners([{"Domain": "fabrikam.example"}])
    if listen:
        with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
            text = file.read()
        proxy.put("proxy.conf", text.replace('{ address = "127.0.0.1"; port = 0; }', listen, 1))
    return proxy


def test_notifications(folder):
    """Ready once it listens, what it does, a reload with its time, and the end."""
    manager = Manager(os.path.join(folder, "notify"), watchdog=0.4)
    proxy = contoso(folder).start(env=manager.environment)
    check("READY=1 is first", manager.next() == {"READY": "1"})
    host = Host(proxy)
    proxy.wait(event="INSIDE_UP")
    begun = time.monotonic()
    manager.wait(WATCHDOG="1", STATUS="Serving: 0 streams, 1 host servers, 0 stanzas queued")
    proxy.reload()
    told = manager.wait(RELOADING="1")
    check(f"the time of the reload: {told}",
          begun <= int(told["MONOTONIC_USEC"]) / 1e6 <= time.monotonic())
    manager.wait(READY="1")
    proxy.put("partners.json", "[")
    proxy.reload(event="RELOAD_FAILED")
    manager.wait(RELOADING="1")
    manager.wait(READY="1")
    finish(host, proxy)
    manager.wait(STOPPING="1")


def test_watchdog(folder):
    """At least two signs of life in the time of the watchdog, none while the process hangs."""
    manager = Manager("xmppfed-test-" + str(os.getpid()), abstract=True, watchdog=1)
    proxy = contoso(folder).start(env=manager.environment)
    manager.wait(READY="1")
    manager.count("WATCHDOG")
    time.sleep(3.2)
    check("signs of life", manager.count("WATCHDOG") >= 4)
    proxy.child.send_signal(signal.SIGSTOP)
    manager.count("WATCHDOG")
    time.sleep(1.5)
    check("no sign of life", manager.count("WATCHDOG") == 0)
    proxy.child.send_signal(signal.SIGCONT)
    manager.wait(WATCHDOG="1")
    finish(proxy)


def test_watchdog_of_another(folder):
    """A watchdog that is for another process sets no pace."""
    manager = Manager(os.path.join(folder, "notify"), watchdog=0.2)
    manager.environment["WATCHDOG_PID"] = "1"
    proxy = contoso(folder).start(env=manager.environment)
    manager.wait(READY="1")
    time.sleep(1.2)
    check("the pace", manager.count("WATCHDOG") <= 1)
    finish(proxy)


def answer_of(peer):
    """What comes back until the features, or the end."""
    said = b""
    while b"</stream:features>" not in said and (some := peer.recv(4096)):
        said += some
    return said


def test_activation(folder):
    """Passed sockets serve the entries of their addresses, also those who came before the proxy."""
    plain = socket.create_server(("127.0.0.1", 0))
    direct = socket.create_server(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in (plain, direct)]
    entries = ", ".join(f'{{ address = "127.0.0.1"; port = {port}; direct_tls = {kind}; }}'
                        for port, kind in zip(ports, ("false", "true")))
    proxy = contoso(folder, entries)
    how = passing([("outside-direct", direct), ("outside", plain)])
    for _ in range(2):
        early = socket.create_connection(("127.0.0.1", ports[0]), 15)
        early.sendall(HEADER)
        proxy.start(**how)
        check("the ports", proxy.outside == ",".join(f"127.0.0.1:{port}" for port in ports))
        check("who came early is served", b"<starttls" in answer_of(early))
        early.close()
        with socket.create_connection(("127.0.0.1", ports[1]), 15) as peer:
            peer.sendall(HEADER)
            check("the port of direct TLS says nothing in plain text", b"<" not in answer_of(peer))
        finish(proxy)
    plain.close()
    direct.close()


def test_unused_sockets(folder):
    """What no entry wants is closed, and told."""
    other = socket.create_server(("127.0.0.2", 0))
    strange = socket.create_server(("127.0.0.1", 0))
    proxy = contoso(folder).start(**passing([("outside", other), ("web", strange)]))
    told = [line for line in proxy.seen if "SOCKET_UNUSED" in line]
    port = other.getsockname()[1]
    check("both are told", len(told) == 2, told)
    check("the address", f"a socket 'outside' on 127.0.0.2 port {port} was passed" in told[0], told)
    check("the name", "none of outside, outside-direct, inside, admin and metrics" in told[1], told)
    finish(proxy)


def test_sockets_of_another(folder):
    """LISTEN_PID of another process: nothing was passed."""
    other = socket.create_server(("127.0.0.1", 0))
    how = passing([("outside", other)])
    how["env"]["LISTEN_PID"] = "1"
    proxy = contoso(folder).start(**how)
    check("a port of its own", not proxy.outside.endswith(f":{other.getsockname()[1]}"))
    finish(proxy)


def test_missing_socket(folder):
    """More sockets told than passed: a sentence, and the end."""
    proxy = contoso(folder)
    done = subprocess.run(["sh", "-c", "export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"", "sh",
                           os.environ["XMPPFED_PROXY"], proxy.path("proxy.conf")],
                          capture_output=True, text=True, timeout=20, check=False)
    check("refused", done.returncode == 1 and "LISTEN_FDS is 1" in done.stderr, done.stderr)


def ids_of(child):
    """Real, effective and saved user ids, and group ids, and further groups of a process."""
    with open(f"/proc/{child.pid}/status", encoding="ascii") as file:
        told = dict(line.rstrip("\n").split(":", 1) for line in file)
    return [set(map(int, told[name].split())) for name in ("Uid", "Gid", "Groups")]


def test_privileges(folder):
    """Started as root it becomes another user, who can do all but what only root could."""
    if os.geteuid() != 0:
        return
    user = pwd.getpwnam("nobody")
    proxy = contoso(folder)
    with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    proxy.put("proxy.conf", text + 'user = "nobody"; pid_file = "proxy.pid";\n')
    above = os.path.dirname(os.path.dirname(folder))
    while folder != above:
        os.chmod(folder, 0o755)
        folder = os.path.dirname(folder)
    os.chown(proxy.path("."), user.pw_uid, user.pw_gid)
    os.chmod(proxy.path("own.key"), 0o600)
    proxy.start()
    ids = ids_of(proxy.child)
    check(f"ids {ids}", ids[:2] == [{user.pw_uid}, {user.pw_gid}] and 0 not in ids[2])
    for name in ("inside.sock", "admin.sock", "proxy.pid", "contacts.sqlite"):
        check(f"the owner of {name}", os.stat(proxy.path(name)).st_uid == user.pw_uid)
    told = [line for line in proxy.seen if "UNREADABLE" in line]
    check("what a reload will miss", len(told) == 2 and all("own.key" in t for t in told), told)
    host = Host(proxy)
    proxy.wait(event="INSIDE_UP")
    why = proxy.reload(event="RELOAD_FAILED")["text"]
    check("the reload says so", "own.key" in why, why)
    os.chown(proxy.path("own.key"), user.pw_uid, -1)
    proxy.reload()
    finish(host, proxy)
    check("its files are gone", not os.path.exists(proxy.path("proxy.pid")) and
          not os.path.exists(proxy.path("inside.sock")))


def test_refused_users(folder):
    """Users that do not exist, root, and another one than who starts it."""
    proxy = contoso(folder)
    with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    for fields, wanted in (('user = "no-such-user";', "there is no user no-such-user"),
                           ('user = "nobody"; group = "no-such-group";', "no-such-group"),
                           ('user = "root";', "must not be those of root")):
        proxy.put("proxy.conf", text + fields)
        done = subprocess.run([os.environ["XMPPFED_PROXY"], proxy.path("proxy.conf")],
                              capture_output=True, text=True, timeout=20, check=False)
        check(fields, done.returncode == 1 and wanted in done.stderr, done.stderr)


def limited(hard):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 256), hard))


def test_descriptors(folder):
    """The soft limit follows ConnectionLimit; where the hard one keeps it back, a sentence says so."""
    proxy = contoso(folder).start(preexec_fn=limited(2000))
    check("raised", resource.prlimit(proxy.child.pid, resource.RLIMIT_NOFILE)[0] == 1512)
    check("nothing to say", "DESCRIPTORS_SHORT" not in proxy.tail())
    finish(proxy)
    proxy.start(preexec_fn=limited(1000))
    told = [line for line in proxy.seen if "DESCRIPTORS_SHORT" in line]
    check("told once", len(told) == 1 and "needs 1512 file descriptors" in told[0], told)
    check("all there is", resource.prlimit(proxy.child.pid, resource.RLIMIT_NOFILE)[0] == 1000)
    proxy.put("partners.json", '{"Gateway": {"ConnectionLimit": 400}}')
    proxy.reload()
    proxy.put("partners.json", '{"Gateway": {"ConnectionLimit": 600}}')
    proxy.reload()
    finish(proxy)
    told = [json.loads(line) for line in proxy.seen if "DESCRIPTORS_SHORT" in line]
    check("told again", [t["needed"] for t in told] == [1512, 1112], told)


def units(folder):
    """The units, as installed but for the place of the program."""
    for name in os.listdir(os.environ["UNITS"]):
        if name.endswith((".service", ".socket")):
            with open(os.path.join(os.environ["UNITS"], name), encoding="utf-8") as file:
                text = file.read()
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                for line in text.splitlines():
                    if line.startswith("ExecStart="):
                        line = "ExecStart=" + os.environ["XMPPFED_PROXY"]
                    file.write(line + "\n")
            yield path


def test_units(folder):
    """systemd finds nothing to say about the units, and little that the service may do."""
    if not shutil.which("systemd-analyze"):
        return
    paths = sorted(units(folder))
    check("three units", len(paths) == 3, paths)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True,
                          text=True, timeout=60, check=False)
    check("verify", done.returncode == 0 and not done.stderr, done.stderr)
    service = [path for path in paths if path.endswith(".service")]
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15",
                           *service], capture_output=True, text=True, timeout=60, check=False)
    check("exposure at most 1.5", done.returncode == 0, done.stdout + done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                try:
                    os.makedirs(os.path.join(folder, name))
                    test(os.path.join(folder, name))
                except Failure as failure:
                    raise Failure(f"{name}: {failure}") from failure


if __name__ == "__main__":
    main()
