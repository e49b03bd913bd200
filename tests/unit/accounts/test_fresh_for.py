"""For how long a sign-in counts as fresh."""

from datetime import timedelta

from firsthand.accounts.signing_in import FRESH_FOR, BrowserSession, Viewer
from firsthand.db import new_id, now


def test_it_is_fresh_until_its_time_is_over() -> None:
    signed_in = now()
    viewer = Viewer(
        new_id(), "Ana", "ana@example.org", session=BrowserSession("0" * 12, signed_in, signed_in)
    )
    assert viewer.is_fresh(signed_in + FRESH_FOR - timedelta(seconds=1))
    assert not viewer.is_fresh(signed_in + FRESH_FOR)


def test_a_token_has_its_scopes_instead() -> None:
    assert Viewer(new_id(), "Ana", "ana@example.org").is_fresh(now() + timedelta(days=400))
