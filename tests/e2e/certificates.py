"""Certificates made by openssl: of an authority of the test's own, and of nobody that could be trusted."""

import subprocess


KEY = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]  # a server signs with one of RSA ten times as long


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class Authority:
    def __init__(self, directory):
        self.directory = directory
        directory.mkdir()
        self.file = directory / "ca.pem"
        self.key = directory / "ca.key"
        openssl("req", "-x509", "-newkey", *KEY, "-nodes", "-days", "2", "-subj", "/CN=Test authority",
                "-keyout", self.key, "-out", self.file)

    def certificate(self, name, host="IP:127.0.0.1", days=2):
        """(certificate, key) for `host`; of 0 `days` it is over when it is made."""
        key, request, made = (self.directory / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={host}\n")
        openssl("req", "-newkey", *KEY, "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial",
                "-days", days, "-extfile", extensions, "-out", made)
        return made, key
