"""kamailio_module.py - Kamailio with the module xmppfed, run by examples/kamailio/kamailio.cfg.

The proxy's engine runs in a process of Kamailio's: it logs, is asked and reloads as the program
does, so that this is a Proxy to the cases.
"""

import os
import subprocess

from proxy import Proxy
from process import HarnessError, Process, run, require_free

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
FOLDER = os.path.join(ROOT, "examples", "kamailio")
SCHEMAS = "/usr/share/kamailio/db_sqlite"
SIP_PORT = 5060


def sanitizers(module):
    """The runtimes that a module built with sanitizers wants loaded first."""
    listed = subprocess.run(["ldd", module], capture_output=True, text=True, check=True).stdout
    return [line.split()[2] for line in listed.splitlines() if "libasan" in line or "libubsan" in line]


class KamailioModule(Proxy):
    """One Kamailio in the foreground; the arguments are those of Proxy, but for the programs."""

    def __init__(self, module, directory, *more, defines=(), **options):
        super().__init__(None, directory, *more, inside="", **options)
        self._module = module
        self._defines = defines
        self.control = self.path("kamailio_ctl")

    def path_of_database(self):
        return self.path("kamailio.sqlite")

    def make_database(self):
        """The tables that Kamailio's own scripts make, and that of the module's users."""
        scripts = [os.path.join(SCHEMAS, name + "-create.sql") for name in ("standard", "presence")]
        for script in (*scripts, os.path.join(FOLDER, "xmppfed-create.sql")):
            with open(script, encoding="utf-8") as file:
                self.sql(file.read())

    def sql(self, text):
        done = subprocess.run(["sqlite3", self.path_of_database()], input=text, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise HarnessError(f"sqlite3: {done.stderr}")
        return done.stdout

    def _command(self):
        at = f"{self.address}:{SIP_PORT}"
        texts = {"SELF": f"sip:{at}", "XMPP_CONTACT": f"sip:xmppfed@{at}",
                 "PRESENCE_CONTACT": f"sip:presence@{at}", "DOMAIN": self.domain,
                 "MODULE": self._module, "XMPPFED_CONFIG": self.path("proxy.conf"),
                 "LEDGER": self.path("ledger.sqlite"), "CONTROL": "unixs:" + self.control,
                 "DATABASE": "sqlite:///" + self.path_of_database()}
        defines = [f"LISTEN=udp:{at}", *(f'{name}="{text}"' for name, text in texts.items()),
                   *self._defines]
        return ["kamailio", "-DD", "-E", "-m", "64", "-M", "8",
                "-f", os.path.join(FOLDER, "kamailio.cfg"), "-P", self.path("kamailio.pid"),
                "-w", self.directory, "-Y", self.directory,
                *(word for define in defines for word in ("-A", define))]

    def launch(self):
        if not os.path.exists(self.path_of_database()):
            self.make_database()
        command = self._command()
        preload = sanitizers(self._module)
        environment = {"LD_PRELOAD": ":".join(preload),
                       "ASAN_OPTIONS": "detect_leaks=0"} if preload else {}
        status, said = run([*command, "-c"], self.directory, env=environment)
        if status != 0:
            raise HarnessError(f"Kamailio does not take its file:\n{said}")
        self.process = Process("kamailio", command, self.directory, environment)
        return self.process

    def rpc(self, *command):
        """Ask by kamcmd; return what it prints."""
        status, text = run(["kamcmd", "-s", "unixs:" + self.control, *command], self.directory)
        if status != 0:
            raise HarnessError(f"kamcmd {' '.join(command)} ended with {status}: {text}")
        return text
