"""A certificate of this machine's own: browsers give the camera only to https."""

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_LASTS = timedelta(days=30)
_MARGIN = timedelta(days=1)


def lan_address() -> str:
    """This machine's address as phones in its network know it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only tells which of its addresses it would use.
            probe.connect(("192.0.2.1", 9))
            address: str = probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"
    return address


def certificate_for(folder: Path, address: str) -> tuple[Path, Path]:
    """Files of a certificate for this address and of its key.

    The one that is there is kept while it is good for the address and a day more: a phone that was
    told to trust it goes on doing so.
    """
    files = folder / "certificate.pem", folder / "key.pem"
    if not _is_good(*files, address):
        _make_certificate(*files, address)
    return files


def _is_good(certificate_file: Path, key_file: Path, address: str) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound, UnsupportedAlgorithm):
        return False
    now = datetime.now(UTC)
    lasts = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - _MARGIN
    is_pair = key.public_key() == certificate.public_key()
    addresses = names.get_values_for_type(x509.IPAddress)
    return lasts and is_pair and ipaddress.ip_address(address) in addresses


def _make_certificate(certificate_file: Path, key_file: Path, address: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Firsthand demo")])
    today = datetime.now(UTC)
    names = [x509.IPAddress(ipaddress.ip_address(address))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + _LASTS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file.unlink(missing_ok=True)
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
