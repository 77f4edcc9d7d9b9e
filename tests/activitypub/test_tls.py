"""Over TLS the connection goes to the address that was looked at, and the name is what is proven."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import aiohttp.connector
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from activitypub import following, vocabulary
from tests.support.actors import KEY, a_document, a_port, url_of


def certified(names, directory):
    """A server's context with a certificate for these names, which this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (directory / "both.pem").write_bytes(pem + private)
    aiohttp.connector._SSL_CONTEXT_VERIFIED.load_verify_locations(cadata=pem.decode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "both.pem")
    return context


@pytest.mark.parametrize(
    ("names", "is_proven"),
    [
        ([x509.DNSName("localhost")], True),
        ([x509.DNSName("moss.example")], False),
        ([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))], False),
    ],
)
async def test_the_name_is_what_the_certificate_must_be_for(tmp_path, forge, names, is_proven):
    door = a_port()
    url = url_of(door).replace("http://127.0.0.1", "https://localhost")
    asked = []

    async def answer(request):
        asked.append(request.host)
        return web.Response(body=a_document(url), headers={"Content-Type": vocabulary.JSON})

    app = web.Application()
    app.router.add_get("/ap/actor", answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, door, ssl_context=certified(names, tmp_path)).start()
    try:
        if is_proven:
            assert (await following.found(forge, f"{url}/ap/actor")).did == KEY.did
            assert asked == [url.removeprefix("https://")]
        else:
            with pytest.raises(following.NoAnswer, match="certificate"):
                await following.found(forge, f"{url}/ap/actor")
            assert asked == []
    finally:
        await runner.cleanup()
