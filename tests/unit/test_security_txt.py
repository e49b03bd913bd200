"""Whom to tell of a weakness."""

from datetime import UTC, datetime, timedelta

import pytest

from firsthand.security_txt import contact_text
from firsthand.settings import SettingsProblem, read_settings

ENOUGH = {
    "FIRSTHAND_DATABASE_URL": "sqlite:////nowhere.db",
    "FIRSTHAND_BASE_URL": "https://meet.example.org",
    "FIRSTHAND_SECRET_KEY": "a key for tests that guards nothing",
}


@pytest.mark.parametrize(
    ("said", "contact"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("mailto:security@example.org", "mailto:security@example.org"),
        ("https://example.org/security", "https://example.org/security"),
        ("tel:+49-30-1234", "tel:+49-30-1234"),
        ("", ""),
    ],
)
def test_the_contact_is_a_uri(said: str, contact: str) -> None:
    settings = read_settings({**ENOUGH, "FIRSTHAND_SECURITY_CONTACT": said})
    assert settings.security_contact == contact


@pytest.mark.parametrize(
    "said", ["somebody", "http://example.org", "a b@example.org", "mailto:a@b\nContact: x", "@ b"]
)
def test_a_wrong_contact_is_one_clear_line(said: str) -> None:
    with pytest.raises(SettingsProblem, match="FIRSTHAND_SECURITY_CONTACT must be"):
        read_settings({**ENOUGH, "FIRSTHAND_SECURITY_CONTACT": said})


def test_it_expires_within_a_year_and_names_its_own_address() -> None:
    moment = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    text = contact_text("mailto:security@example.org", "https://meet.example.org", moment)
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["Contact"] == "mailto:security@example.org"
    assert fields["Canonical"] == "https://meet.example.org/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    assert moment < expires < moment + timedelta(days=365)
