"""ctl.py - runs xmppfedctl for tests."""

import json
import os
import subprocess

from programs import Failure


def check(name, condition, shown=""):
    if not condition:
        raise Failure(f"{name}\n{shown}")


def ctl(proxy, *arguments, status=0, environment=False):
    """Run xmppfedctl; return what it printed on both channels. Status None: any."""
    path = proxy if isinstance(proxy, str) else proxy.path("admin.sock")
    options, env = ["--socket", path], dict(os.environ)
    if environment:
        options, env = [], {**env, "XMPPFED_ADMIN": path}
    done = subprocess.run([os.environ["XMPPFEDCTL"], *options, *arguments], capture_output=True,
                          text=True, timeout=60, check=False, env=env)
    shown = f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}"
    check(shown, status in (None, done.returncode) and "Sanitizer" not in done.stderr)
    if status:
        check("one sentence: " + shown, done.stdout or done.stderr.count("\n") == 1)
    return done.stdout + done.stderr


def ask(proxy, *arguments, status=0):
    return json.loads(ctl(proxy, "--json", *arguments, status=status))
