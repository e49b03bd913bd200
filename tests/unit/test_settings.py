"""A wrong setting is one clear line that names it."""

import pytest

from firsthand.settings import Client, OpenIdIssuer, SettingsProblem, read_settings
from firsthand.sign_in_elsewhere.providers import providers

BASE = {
    "FIRSTHAND_DATABASE_URL": "sqlite:////x",
    "FIRSTHAND_BASE_URL": "https://meet.example",
    "FIRSTHAND_SECRET_KEY": "x" * 32,
}
OPENID = {
    "FIRSTHAND_OIDC_ISSUER": "https://login.example",
    "FIRSTHAND_OIDC_CLIENT": "id:secret",
}


def test_nothing_is_switched_on_by_itself() -> None:
    assert providers(read_settings(BASE)) == {}


def test_everything_is_switched_on_by_its_own_setting() -> None:
    settings = read_settings(
        {
            **BASE,
            **OPENID,
            "FIRSTHAND_GITHUB_CLIENT": "a:b:c",
            "FIRSTHAND_GOOGLE_CLIENT": " g:s ",
            "FIRSTHAND_LINKEDIN_CLIENT": "l:s",
            "FIRSTHAND_MASTODON_SIGN_IN": "on",
        }
    )
    assert settings.github == Client("a", "b:c")
    assert settings.openid == OpenIdIssuer(
        "https://login.example", "login.example", Client("id", "secret")
    )
    assert list(providers(settings)) == ["github", "google", "linkedin", "openid", "mastodon"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIRSTHAND_SMTP_URL", "smtp://[x"),
        ("FIRSTHAND_SMTP_URL", "smtp://host:99999999"),
        ("FIRSTHAND_SMTP_URL", "smtp://"),
        ("FIRSTHAND_SMTP_URL", "http://host"),
        ("FIRSTHAND_GITHUB_CLIENT", "id"),
        ("FIRSTHAND_GITHUB_CLIENT", ":secret"),
        ("FIRSTHAND_GOOGLE_CLIENT", "id:"),
        ("FIRSTHAND_LINKEDIN_CLIENT", "id:se cret"),
        ("FIRSTHAND_LINKEDIN_CLIENT", "id:secr\u00e9t"),
        ("FIRSTHAND_MASTODON_SIGN_IN", "yes"),
        ("FIRSTHAND_OIDC_ISSUER", "http://login.example"),
        ("FIRSTHAND_OIDC_ISSUER", "login.example"),
        ("FIRSTHAND_OIDC_ISSUER", "https://login.example/?a"),
        ("FIRSTHAND_OIDC_ISSUER", "https://login.example/#a"),
        ("FIRSTHAND_OIDC_ISSUER", "https://a:b@login.example"),
        ("FIRSTHAND_OIDC_ISSUER", "https://login.example:port"),
        ("FIRSTHAND_OIDC_ISSUER", "https://[login"),
        ("FIRSTHAND_OIDC_ISSUER", ""),
        ("FIRSTHAND_OIDC_CLIENT", ""),
        ("FIRSTHAND_OIDC_NAME", "x" * 41),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsProblem, match=name):
        read_settings({**BASE, **OPENID, name: value})


def test_an_issuer_on_this_machine_may_speak_plain_http() -> None:
    settings = read_settings({**BASE, **OPENID, "FIRSTHAND_OIDC_ISSUER": "http://localhost:9400"})
    assert settings.openid
    assert settings.openid.name == "localhost"
