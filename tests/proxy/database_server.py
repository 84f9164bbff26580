"""database_server.py - a PostgreSQL cluster of a test's own: in a folder, on a UNIX socket."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

from programs import Failure

USER = "xmppfed"


def program(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    path = found[-1] if found else shutil.which(name)
    if not path:
        raise Failure(f"{name} is missing: run tools/deps test")
    return path


class DatabaseServer:
    """Starts with start(); kill() is the end of a process without a word."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="xmppfed-pg-")
        self.child = None
        # The server refuses to run as root, so that its own user of the package does.
        self.as_user = {}
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self.data = os.path.join(self.folder, "data")
        self.log = os.path.join(self.folder, "log")
        self._run("initdb", "-D", self.data, "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8",
                  "--locale=C")
        self.start()
        self._run("createdb", "-h", self.folder, "-U", USER, "xmppfed")
        self.address = f"postgresql://{USER}@/xmppfed?host={self.folder}"

    def _run(self, name, *arguments):
        done = subprocess.run([program(name), *arguments], capture_output=True, text=True,
                              timeout=120, check=False, cwd=self.folder, **self.as_user)
        if done.returncode != 0:
            raise Failure(f"{name}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, socket_folder=None):
        socket_folder = socket_folder or self.folder
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen([program("postgres"), "-D", self.data, "-k",
                                           socket_folder, "-c", "listen_addresses=",
                                           "-c", "fsync=off"],
                                          stdout=log, stderr=log, cwd=self.folder, **self.as_user)
        for _ in range(600):
            if subprocess.run([program("pg_isready"), "-q", "-h", socket_folder], check=False,
                              timeout=30).returncode == 0:
                return
            if self.child.poll() is not None:
                break
            time.sleep(0.1)
        with open(self.log, encoding="utf-8") as log:
            raise Failure("the database server does not start:\n" + log.read()[-2000:])

    def query(self, sql, database="xmppfed", socket_folder=None):
        return self._run("psql", "-h", socket_folder or self.folder, "-U", USER, "-At", "-c", sql,
                         database)

    def query_unseen(self, sql):
        """While it is down: runs it for one statement where no program finds it."""
        folder = tempfile.mkdtemp(prefix="xmppfed-pg-")
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        try:
            self.start(folder)
            self.query(sql, socket_folder=folder)
        finally:
            self.stop()
            shutil.rmtree(folder)

    def fresh(self, name):
        """Another database, and its address."""
        self._run("createdb", "-h", self.folder, "-U", USER, name)
        return self.address.replace("/xmppfed?", f"/{name}?")

    def kill(self):
        """kill -9 of all of it, as far as a test can do it: the children follow their parent."""
        self.child.send_signal(signal.SIGKILL)
        self.child.wait(60)

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            self.child.wait(60)

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)
