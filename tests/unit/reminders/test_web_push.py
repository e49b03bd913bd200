"""Pushes that only one browser reads, from a server that names itself."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from firsthand.problems import Invalid
from firsthand.reminders.choices import check_endpoint
from firsthand.reminders.unsubscribing import read_unsubscribe_token, unsubscribe_token
from firsthand.reminders.web_push import MOST_BYTES, ServerKey, encrypt, read_receiver, topic_of
from tests.push_service import Browser


def raw(letters: str) -> bytes:
    return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))


def test_the_standards_own_example() -> None:
    """RFC 8291, appendix A."""
    receiver = read_receiver(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    sender = ec.derive_private_key(
        int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        receiver,
        salt=raw("DGv6ra1nlYgDCS1FRnbzlw"),
        sender=sender,
    )
    assert body == raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
        "TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy"
        "4a-fN"
    )


@given(st.binary(max_size=MOST_BYTES))
def test_the_browser_reads_what_was_sent_and_nobody_else_does(payload: bytes) -> None:
    browser = Browser()
    body = encrypt(payload, read_receiver(browser.p256dh, browser.auth))
    assert browser.read(body) == payload
    assert len(body) <= 4_096
    with pytest.raises(InvalidTag):
        Browser().read(body)


def test_more_than_a_push_service_takes_is_refused() -> None:
    browser = Browser()
    with pytest.raises(ValueError, match="at most"):
        encrypt(bytes(MOST_BYTES + 1), read_receiver(browser.p256dh, browser.auth))


@given(st.text(max_size=120), st.text(max_size=40))
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(Invalid):
        read_receiver(p256dh, auth)


def test_the_server_names_itself_to_the_push_service_and_every_replica_alike() -> None:
    key = ServerKey("a key for tests that guards nothing")
    assert key.public == ServerKey("a key for tests that guards nothing").public
    assert key.public != ServerKey("another").public
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    header = key.authorization("https://fcm.googleapis.com/fcm/send/x", "mailto:a@b.c", moment)
    token, public = (part.partition("=")[2] for part in header.removeprefix("vapid ").split(", "))
    head, claims, signature = token.split(".")
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(raw(claims)) == {
        "aud": "https://fcm.googleapis.com",
        "exp": int(moment.timestamp()) + 12 * 3600,
        "sub": "mailto:a@b.c",
    }
    r, s = (int.from_bytes(raw(signature)[at : at + 32], "big") for at in (0, 32))
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(public)).verify(
        encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
    )


@given(st.text(max_size=200))
def test_a_topic_is_what_push_services_take(key: str) -> None:
    try:
        topic = topic_of(key)
    except UnicodeEncodeError:
        return
    assert len(topic) == 32
    assert topic.replace("-", "a").replace("_", "a").isalnum()
    assert topic == topic_of(key)


@pytest.mark.parametrize(
    ("endpoint", "is_taken"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:def", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/QGuM", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=a%2b", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com:8443/fcm/send/abc", False),
        ("https://user@fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilfcm.googleapis.com@10.0.0.1/x", False),
        ("https://xpush.apple.com/x", False),
        ("https://127.0.0.1/x", False),
        ("https://fcm.googleapis.com/\r\nHost: evil", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_browsers_makers_get_our_requests(endpoint: str, is_taken: bool) -> None:
    if is_taken:
        check_endpoint(endpoint)
    else:
        with pytest.raises(Invalid):
            check_endpoint(endpoint)


def test_a_service_of_ones_own_is_allowed_by_its_whole_origin() -> None:
    check_endpoint("http://127.0.0.1:9/p", "http://127.0.0.1:9 https://push.example")
    with pytest.raises(Invalid):
        check_endpoint("http://127.0.0.1:90/p", "http://127.0.0.1:9")


@given(st.uuids(), st.uuids(), st.text(max_size=50))
def test_an_unsubscribing_address_ends_the_mails_of_one_only(
    owner: UUID, other: UUID, text: str
) -> None:
    token = unsubscribe_token("key", owner)
    assert read_unsubscribe_token(["key"], token) == owner
    assert read_unsubscribe_token(["another"], token) is None
    assert read_unsubscribe_token(["key"], text) is None
    assert (unsubscribe_token("key", other) == token) is (owner == other)
