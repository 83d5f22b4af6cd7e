"""A time-stamping authority and a calendar of our own, on loopback: openssl answers for the one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from answering import answering

SETTINGS = """[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""
#: What a calendar answers: append a salt, hash, and a promise that stands at its address.
PENDING = b"\xf0\x04salt\x08\x00" + bytes.fromhex("83dfe30d2ef90c8e") + b"\x17\x16https://cal.example/ots"


class Authority:
    """An authority, with the certificate of who vouches for it.

    Raises:
        Skipped: openssl is not here.
    """

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not here, which answers as the authority")
        self.folder = folder
        folder.mkdir()
        key, root = _made("Root", None, None)
        signer, certificate = _made("Authority", key, root)
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "signer.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        pem = signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "key.pem").write_bytes(pem)
        (folder / "settings").write_text(SETTINGS.format(folder=folder))
        (folder / "serial").write_text("01\n")

    def answer(self, query: bytes) -> bytes:
        """Return the answer to a query."""
        (self.folder / "query").write_bytes(query)
        words = ["openssl", "ts", "-reply", "-config", "settings", "-section", "ours", "-queryfile", "query"]
        words += ["-signer", "signer.pem", "-inkey", "key.pem", "-out", "answer"]
        subprocess.run(words, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "answer").read_bytes()


def _made(
    name: str, issuer_key: ec.EllipticCurvePrivateKey | None, issuer: x509.Certificate | None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        made = made.add_extension(usage, critical=True)
    return key, made.sign(issuer_key or key, hashes.SHA256())


@dataclass
class Services:
    """Both services, and what they are to answer."""

    authority: Authority
    port: int = 0
    says: dict[str, bytes | int] = field(default_factory=dict)  #: instead of an answer: bytes, or a status
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)  #: path, Content-Type, body

    def answer(self, path: str, body: bytes) -> bytes | int:
        """Return what is answered."""
        if path in self.says:
            return self.says[path]
        return self.authority.answer(body) if path == "/tsa" else PENDING


@contextmanager
def services(folder: Path) -> Iterator[Services]:
    """Run both services."""
    made = Services(Authority(folder))

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.asked.append((self.path, self.headers["Content-Type"], body))
            found = made.answer(self.path, body)
            self.send_response(found if isinstance(found, int) else 200)
            data = b"" if isinstance(found, int) else found
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with answering(Answer) as made.port:
        yield made
