"""jabberd2.py - jabberd2 2.7.0: four processes (router, sm, s2s, c2s) and dialback only.

With OpenSSL 3 it fails once it has looked into a peer's certificate, so it never verifies one, and
SASL EXTERNAL does not exist in it. It reads the system's resolver file.
"""

import os

from peers.base import Peer
from process import Process, free_port, port_answers, wait_until

LIBRARY = "/usr/lib/x86_64-linux-gnu/jabberd2"

ROUTER = """
<router>
  <id>router</id>
  <log type='stdout'/>
  <local>
    <ip>{address}</ip><port>{router_port}</port>
    <users>{directory}/router-users.xml</users>
    <secret>secret</secret>
  </local>
  <io><max_fds>256</max_fds></io>
  <aci><acl type='all'><user>jabberd</user></acl></aci>
</router>
"""

USERS = "<users><user><name>jabberd</name><secret>secret</secret></user></users>\n"

TO_ROUTER = """
  <router>
    <ip>{address}</ip><port>{router_port}</port>
    <user>jabberd</user><pass>secret</pass>
    <retry><init>20</init><lost>1</lost><sleep>1</sleep></retry>
  </router>
  <log type='stdout'/>
"""

S2S = """
<s2s>
  <id>s2s</id>{to_router}
  <local>
    <ip>{address}</ip><port>{s2s_port}</port>
    <origins><ip>{address}</ip></origins>
    {tls}
  </local>
  <io><max_fds>256</max_fds><limits><stanzasize>65535</stanzasize></limits></io>
  <check><interval>1</interval><queue>15</queue><retry>15</retry><dnscache>2</dnscache></check>
  <lookup>
    <srv>xmpp-server</srv>
    <min-ttl>1</min-ttl><max-ttl>2</max-ttl><bad-host-timeout>1</bad-host-timeout>
  </lookup>
  <security>{security}</security>
</s2s>
"""

C2S = """
<c2s>
  <id>c2s</id>{to_router}
  <local>
    <id register-enable='mu'>{domain}</id>
    <ip>{address}</ip><port>{c2s_port}</port>
  </local>
  <io><max_fds>256</max_fds><limits><stanzasize>65535</stanzasize></limits></io>
  <authreg>
    <path>{library}</path>
    <module>db</module>
    <mechanisms><traditional/><sasl><plain/></sasl></mechanisms>
    <db><path>{directory}/db-c2s</path></db>
  </authreg>
</c2s>
"""

SM = """
<sm>
  <id>sm</id>{to_router}
  <local><id>{domain}</id></local>
  <storage>
    <path>{library}</path>
    <driver>db</driver>
    <db><path>{directory}/db-sm</path></db>
  </storage>
  <aci/>
  <modules>
    <path>{library}</path>
    <chain id='sess-start'><module>status</module></chain>
    <chain id='sess-end'><module>status</module></chain>
    <chain id='in-sess'>
      <module>validate</module><module>status</module><module>privacy</module>
      <module>roster</module><module>iq-ping</module><module>disco</module>
      <module>offline</module><module>presence</module><module>deliver</module>
    </chain>
    <chain id='in-router'>
      <module>session</module><module>validate</module><module>presence</module>
      <module>privacy</module>
    </chain>
    <chain id='out-router'><module>privacy</module></chain>
    <chain id='pkt-sm'>
      <module>iq-ping</module><module>disco</module><module>status</module>
      <module>presence</module>
    </chain>
    <chain id='pkt-user'>
      <module>roster</module><module>presence</module><module>disco</module>
      <module>deliver</module><module>offline</module>
    </chain>
    <chain id='pkt-router'><module>session</module><module>disco</module></chain>
    <chain id='user-load'><module>active</module><module>roster</module><module>privacy</module></chain>
    <chain id='user-create'><module>active</module></chain>
    <chain id='user-delete'><module>active</module><module>roster</module></chain>
  </modules>
  <user><auto-create/></user>
</sm>
"""


class Jabberd2(Peer):
    """One jabberd2."""

    kind = "jabberd2"

    def __init__(self, domain, address, directory, options):
        super().__init__(domain, address, directory, options)
        self.router_port = free_port(address)

    def configure(self):
        # Two processes in one Berkeley DB folder corrupt it, so each has its own.
        os.makedirs(self.path("db-c2s"), exist_ok=True)
        os.makedirs(self.path("db-sm"), exist_ok=True)
        tls, security = "", ""
        if self.options.tls != "off":
            tls = (f"<pemfile>{self.options.certificate.both}</pemfile>"
                   "<verify-mode>0</verify-mode>")
        if self.options.tls == "required":
            security = "<require_tls/>"
        values = dict(directory=self.directory, address=self.address, domain=self.domain,
                      router_port=self.router_port, s2s_port=self.s2s_port,
                      c2s_port=self.c2s_port, library=LIBRARY, tls=tls, security=security)
        values["to_router"] = TO_ROUTER.format(**values)
        self.write("router-users.xml", USERS)
        for name, text in (("router", ROUTER), ("s2s", S2S), ("c2s", C2S), ("sm", SM)):
            self.write(name + ".xml", text.format(**values))

    def launch(self):
        for name in ("router", "sm", "s2s", "c2s"):
            self.processes.append(Process(
                name, [f"/usr/sbin/jabberd2-{name}", "-c", self.path(name + ".xml")],
                self.directory))
            if name == "router":
                wait_until(lambda: port_answers(self.address, self.router_port), 10,
                           "jabberd2's router")
