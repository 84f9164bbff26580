"""ca.py - a certification authority for the tests, made with the openssl program.

Every certificate comes as NAME.pem (the chain) and NAME.key in one directory. All keys are P-256.
The authority names a CRL address, because scanners complain about certificates without one.
"""

import datetime
import os

from process import HarnessError, run

CONFIG = """
[ca]
default_ca = tests
[tests]
database = {directory}/index.txt
new_certs_dir = {directory}/issued
certificate = {directory}/ca.pem
private_key = {directory}/ca.key
default_md = sha256
default_days = 89
default_crl_days = 30
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = empty
[empty]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""

USAGES = {"both": "serverAuth,clientAuth", "server": "serverAuth", "client": "clientAuth"}


class Certificate:
    """The files of one certificate and its key."""

    def __init__(self, directory, name):
        self.certificate = os.path.join(directory, name + ".pem")
        self.key = os.path.join(directory, name + ".key")
        self.both = os.path.join(directory, name + ".both.pem")


class Authority:
    """A root that issues certificates straight to servers."""

    def __init__(self, directory, name="Interop Test CA"):
        self.directory = directory
        os.makedirs(os.path.join(directory, "issued"), exist_ok=True)
        self.certificate = os.path.join(directory, "ca.pem")
        self._config = os.path.join(directory, "ca.conf")
        with open(self._config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(directory=directory))
        open(os.path.join(directory, "index.txt"), "w", encoding="ascii").close()
        self._new_key("ca")
        self._openssl("req", "-x509", "-new", "-config", self._config, "-extensions", "authority",
                      "-key", self._path("ca.key"), "-subj", f"/CN={name}", "-days", "300",
                      "-out", self.certificate)

    def _path(self, name):
        return os.path.join(self.directory, name)

    @staticmethod
    def _openssl(*arguments):
        status, output = run(["openssl", *arguments])
        if status != 0:
            raise HarnessError(f"openssl {arguments[0]} failed:\n{output}")

    def _new_key(self, name):
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-out", self._path(name + ".key"))

    def _extensions(self, name, dns_names, usage, self_signed):
        lines = ["basicConstraints = CA:FALSE", "keyUsage = critical,digitalSignature",
                 "subjectKeyIdentifier = hash"]
        if not self_signed:
            lines += ["authorityKeyIdentifier = keyid",
                      "crlDistributionPoints = URI:http://ca.example/interop.crl"]
        if usage:
            lines.append("extendedKeyUsage = " + USAGES[usage])
        if dns_names:
            lines.append("subjectAltName = " + ",".join("DNS:" + item for item in dns_names))
        path = self._path(name + ".ext")
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def issue(self, name, dns_names, common_name=None, usage="both", expired=False,
              self_signed=False):
        """Make NAME.pem for these dNSNames; `usage` is a key of USAGES or None for no EKU at all."""
        made = Certificate(self.directory, name)
        today = datetime.datetime.now(datetime.timezone.utc)
        start = today - datetime.timedelta(days=40 if expired else 1)
        end = today + datetime.timedelta(days=-2 if expired else 89)
        self._new_key(name)
        self._openssl("req", "-new", "-config", self._config, "-key", made.key,
                      "-subj", "/CN=" + (common_name or dns_names[0]), "-out", self._path(name + ".csr"))
        signer = ["-selfsign", "-keyfile", made.key] if self_signed else []
        self._openssl("ca", "-batch", "-notext", "-config", self._config, *signer,
                      "-in", self._path(name + ".csr"), "-out", made.certificate,
                      "-startdate", start.strftime("%Y%m%d%H%M%SZ"),
                      "-enddate", end.strftime("%Y%m%d%H%M%SZ"),
                      "-extfile", self._extensions(name, dns_names, usage, self_signed))
        with open(made.both, "w", encoding="ascii") as both:
            for path in (made.certificate, made.key):
                with open(path, encoding="ascii") as part:
                    both.write(part.read())
        return made

    def sign(self, request, dns_names, certificate):
        """Answer a request made elsewhere, as authorities do: with the usage of servers alone."""
        today = datetime.datetime.now(datetime.timezone.utc)
        self._openssl("ca", "-batch", "-notext", "-config", self._config, "-in", request,
                      "-out", certificate, "-days", "89",
                      "-startdate", (today - datetime.timedelta(days=1)).strftime("%Y%m%d%H%M%SZ"),
                      "-extfile", self._extensions("request", dns_names, "server", False))

    def revoke(self, certificate):
        """Revoke a certificate and return the path of a fresh CRL."""
        path = self._path("revoked.pem")
        self._openssl("ca", "-config", self._config, "-revoke", certificate.certificate)
        self._openssl("ca", "-config", self._config, "-gencrl", "-out", path)
        return path
