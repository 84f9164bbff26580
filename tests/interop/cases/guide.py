"""guide.py - the pages of doc/guide, done as they say, in their order, with a Prosody as partner."""

import os
import re
import signal

import guide
from case import case, expect
from namespace import cover, cover_folder
from process import wait_until
from proxy import ENVIRONMENT
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PAGES = os.path.join(ROOT, "doc", "guide")
UNIT = os.path.join(ROOT, "examples", "proxy", "systemd", "xmppfed-proxy.service.in")
TRUST = "/etc/ssl/certs/ca-certificates.crt"
ADDRESSES = {"192.0.2.10": OUR_ADDRESS, "198.51.100.20": PEERS["prosody"][2]}
FOLDERS = ("/etc/xmppfed", "/var/lib/xmppfed", "/run/xmppfed")
CERTIFICATE, REQUEST = "/etc/xmppfed/contoso.pem", "/etc/xmppfed/contoso.csr"
ORDER = ("install", "certificates", "first-partner", "dns-and-ports", "troubleshooting",
         "migration")

# There is no systemd in a namespace: this starts and reloads the command of the unit, and no more.
SYSTEMCTL = """#!/bin/bash
for unit in "$@"; do :; done
[ "$unit" = xmppfed-proxy ] || { echo "no unit $unit" >&2; exit 5; }
log="$SERVICE/proxy.log"
await() {
    for _ in $(seq 400); do
        [ "$(grep -c "event=$1" "$log")" -gt "$2" ] && exit 0
        kill -0 "$(cat "$SERVICE/pid")" 2>/dev/null || break
        sleep 0.05
    done
    tail -3 "$log" >&2
    exit 1
}
case "$1" in
start|enable)
    [ -e "$SERVICE/pid" ] && kill -0 "$(cat "$SERVICE/pid")" && exit 0
    cd /var/lib/xmppfed
    setsid $COMMAND >"$log" 2>&1 &
    echo $! >"$SERVICE/pid"
    await READY 0 ;;
reload)
    before=$(grep -c event=RELOADED "$log")
    kill -HUP "$(cat "$SERVICE/pid")"
    await RELOADED "$before" ;;
esac
exit 1
"""


class Machine:
    """The administrator's: folders of its own, the programs, the service, and a partner."""

    def __init__(self, world):
        self.world = world
        self.directory = os.path.join(world.directory, "service")
        binaries = os.path.join(self.directory, "bin")
        os.makedirs(binaries)
        for name, program in (("xmppfed-proxy", "proxy"), ("xmppfedctl", "ctl")):
            os.symlink(world.programs[program], os.path.join(binaries, name))
        self._script(os.path.join(binaries, "systemctl"))
        with open(UNIT, encoding="ascii") as file:
            command = re.search(r"^ExecStart=(.*)$", file.read(), re.M).group(1)
        self.environment = {**ENVIRONMENT, "SERVICE": self.directory,
                            "COMMAND": command.replace("@bindir@", binaries),
                            "PATH": f"{binaries}:{os.environ['PATH']}"}
        for folder in FOLDERS:
            world.on_close(cover_folder(folder))
        world.on_close(self.stop)
        with open(world.certificates.trust, encoding="ascii") as anchors:
            world.on_close(cover(TRUST, anchors.read()))
        world.peer("prosody").log_in("bob")

    @staticmethod
    def _script(path):
        with open(path, "w", encoding="ascii") as file:
            file.write(SYSTEMCTL)
        os.chmod(path, 0o755)

    def stop(self):
        """End the service; it must be able to."""
        path = os.path.join(self.directory, "pid")
        if not os.path.exists(path):
            return
        with open(path, encoding="ascii") as file:
            pid = int(file.read())
        os.kill(pid, signal.SIGTERM)
        # Whoever lost the parent is a child of the first process of the namespace, which this is.
        ended, status = wait_until(lambda: (found := os.waitpid(pid, os.WNOHANG))[0] and found, 15,
                                   "the end of the service")
        expect(ended == pid and status == 0, f"the service ended with {status}")

    def authority(self):
        """What happens outside: a request that lies there is answered with a certificate."""
        if os.path.exists(REQUEST) and not os.path.exists(CERTIFICATE):
            self.world.certificates.authority.sign(REQUEST, [OUR_DOMAIN], CERTIFICATE)

    @staticmethod
    def translate(text):
        """Addresses of documents (RFC 5737) into those of the test bed."""
        for there, here in ADDRESSES.items():
            text = text.replace(there, here)
        return text


def listed(page):
    case(f"guide.{page}", seconds=180, shares="guide", page=page)(do_page)


def do_page(world, page):
    machine = world.keep("machine", lambda: Machine(world))
    with open(os.path.join(PAGES, page + ".md"), encoding="utf-8") as file:
        steps = guide.steps(file.read())
    expect(steps, f"{page}.md has nothing to do in it")
    for step in steps:
        guide.perform(step, machine.translate, machine.environment, machine.authority)


@case("guide.index", needs_product=False)
def index(_):
    """Every page is either done here, in the order of the index, or has nothing to do in it."""
    with open(os.path.join(PAGES, "README.md"), encoding="utf-8") as file:
        pages = re.findall(r"\]\(([\w-]+)\.md\)", file.read())
    expect(tuple(page for page in pages if page != "hosts") == ORDER, f"the index has {pages}")
    expect(set(os.listdir(PAGES)) == {f"{page}.md" for page in (*ORDER, "hosts", "README")},
           f"the folder has {os.listdir(PAGES)}")
    with open(os.path.join(PAGES, "hosts.md"), encoding="utf-8") as file:
        expect(not guide.steps(file.read()), "hosts.md has commands that nobody runs")


for each in ORDER:
    listed(each)
