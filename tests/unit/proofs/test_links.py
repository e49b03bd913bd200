"""Which links of a page say "this is also me"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.proofs.codes import is_code, new_code
from firsthand.proofs.links import me_links, mentions, plain_text, same_page

BASE = "https://ana.example/about"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a rel="me" href="https://x.example/a">', ["https://x.example/a"]),
        ('<A REL="nofollow ME noopener" HREF=/b>', ["https://ana.example/b"]),
        ('<link href="//y.example/?a=1&amp;b=2" rel=me>', ["https://y.example/?a=1&b=2"]),
        ('<a rel="me" href="c"><a rel="me" href="c">', ["https://ana.example/c"]),
        ('<a href="https://x.example/a">', []),
        ('<a rel="menu" href="/a">', []),
        ('<a rel="me" href="javascript:alert(1)">', []),
        ('<a rel="me" href="mailto:ana@example.org">', []),
        ('<!-- <a rel="me" href="/a"> -->', []),
        ('<script>\'<a rel="me" href="/a">\'</script>', []),
        ('<textarea><a rel="me" href="/a"></textarea>', []),
        ('<a rel="me" href="https://[">', []),
        ('<a rel="me" href="">', []),
    ],
)
def test_me_links_are_those_that_a_browser_would_see(html: str, found: list[str]) -> None:
    assert me_links(html, BASE) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://x.example/>; rel="me"', ["https://x.example/"]),
        ("<https://x.example/>; rel=me", ["https://x.example/"]),
        ('<a>; rel="next", </b>; type="text/html"; rel="author me"', ["https://ana.example/b"]),
        ('<https://x.example/>; rel="memento"', []),
        ("nonsense", []),
    ],
)
def test_link_headers_count_too(header: str, found: list[str]) -> None:
    assert me_links("", BASE, [header]) == found


@given(st.text(), st.text(), st.lists(st.text()))
def test_no_page_makes_it_fail(html: str, base: str, headers: list[str]) -> None:
    for link in me_links(f'<a rel="me" href="{html}">{html}', base, headers):
        assert link.startswith(("http://", "https://"))
    plain_text(html)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Ana.Example/", "https://ana.example"),
        ("https://www.ana.example/me/", "https://ana.example/me"),
        ("https://x.example/B/ABC", "https://x.example/b/abc"),
        ("http://ana.example/", "https://ana.example/"),
    ],
)
def test_two_spellings_of_an_address_are_one_page(one: str, other: str) -> None:
    assert same_page(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://ana.example/", "https://ana.example.evil.example/"),
        ("https://ana.example/?u=1", "https://ana.example/?u=2"),
        ("https://ana.example/a", "https://ana.example/"),
        ("https://[", "https://ana.example/"),
    ],
)
def test_other_addresses_are_other_pages(one: str, other: str) -> None:
    assert not same_page(one, other)


@given(st.text(), st.text())
def test_a_code_is_found_where_it_stands_by_itself(before: str, after: str) -> None:
    code = new_code()
    assert is_code(code)
    assert mentions(f"{before} {code.lower()} {after}", code)
    assert not mentions(f"{before} {code}X", code)
