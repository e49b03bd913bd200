import contextlib
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand.ties import js_arrays
from firsthand.ties.js_arrays import JsArray, assigned_name
from firsthand.ties.kinds import UnreadableExport

ANYTHING = msgspec.json.Decoder()

# What trips a splitter: brackets and separators in strings, escapes, nested lists of objects.
texts = st.text() | st.sampled_from(['},\n  {\n    "a"', "\\", '"', '\\"', "}]", "[{", "},{"])
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["a", "tweet", ""])
objects = st.builds(lambda key, value: {key: value}, keys, values)
layouts = st.sampled_from([(None, (",", ":")), (2, (",", " : ")), (1, (", ", ": "))])


def cut(text: bytes, size: int) -> Iterator[bytes]:
    return (text[at : at + size] for at in range(0, len(text), size))


def read(text: bytes, size: int = 1 << 20, decoder: Any = ANYTHING) -> list[Any]:
    return list(JsArray(cut(text, size), decoder, "tweets.js"))


@settings(deadline=None)
@given(st.lists(objects | st.none(), max_size=6), layouts, st.integers(1, 40), st.booleans())
def test_the_elements_are_those_of_a_json_parser_wherever_the_chunks_are_cut(
    elements: list[Any], layout: tuple[int | None, tuple[str, str]], size: int, ascii_only: bool
) -> None:
    indent, separators = layout
    body = json.dumps(elements, indent=indent, separators=separators, ensure_ascii=ascii_only)
    text = f"window.YTD.tweets.part0 = {body}".encode()
    assert read(text, size) == elements
    assert read(text) == elements


def read_below(text: bytes, size: int = 1 << 20) -> list[Any]:
    return list(JsArray(cut(text, size), ANYTHING, "friends.json", below="friends"))


@settings(deadline=None)
@given(st.lists(objects | st.none(), max_size=6), layouts, st.integers(1, 40), values)
def test_an_array_below_a_key_is_that_of_a_json_parser_wherever_it_is_cut(
    elements: list[Any], layout: tuple[int | None, tuple[str, str]], size: int, more: Any
) -> None:
    indent, separators = layout
    for whole in ({"friends": elements}, {"friends": elements, "more": more}):
        text = json.dumps(whole, indent=indent, separators=separators).encode()
        assert read_below(text, size) == read_below(b"\xef\xbb\xbf" + text + b"\n") == elements
    with pytest.raises(UnreadableExport):
        read_below(json.dumps({"friends": elements}).encode()[:-1])
    with pytest.raises(UnreadableExport):
        read_below(json.dumps({"friends": elements, "more": 5}).encode()[:-1])


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"frie', '{"more": []}', '{"friends": {}}', '{"friends": []} x', "\ufeff"],
)
def test_what_has_no_array_below_the_key_is_refused(text: str) -> None:
    with pytest.raises(UnreadableExport):
        read_below(text.encode())


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(1, 50))
def test_random_bytes_are_read_or_refused(noise: bytes, size: int) -> None:
    for text in (noise, b"a = [" + noise, b'a = [{"b": 1},\n {"b"' + noise):
        with contextlib.suppress(UnreadableExport):
            read(text, size)


@settings(deadline=None)
@given(st.lists(objects, min_size=1, max_size=4), st.data())
def test_a_list_that_is_cut_off_is_refused(elements: list[Any], data: st.DataObject) -> None:
    text = b"a = " + json.dumps(elements).encode()
    with pytest.raises(UnreadableExport):
        read(text[: data.draw(st.integers(0, len(text) - 1))])


def test_elements_that_are_printed_alike_are_found_without_counting_brackets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = JsArray._end_of_object
    counted = []

    def counting(array: JsArray[Any]) -> int:
        counted.append(1)
        return slow(array)

    monkeypatch.setattr(JsArray, "_end_of_object", counting)
    text = b"a = " + json.dumps([{"tweet": {"n": n}} for n in range(1000)], indent=2).encode()
    assert len(read(text, 4096)) == 1000
    assert len(counted) == 2  # the first, which shows the way, and the last, which none follows


@pytest.mark.parametrize(
    "text",
    [
        b'\xef\xbb\xbfwindow.YTD.x.part0 = [{"a":1}]',
        b'window.YTD.x.part0 = [{"a":1}];\r\n',
        b'window.YTD.x.part0=\r\n[\r\n{"a":1}\r\n]\r\n',
        b'a = [{"a":1},]',
    ],
)
def test_what_editors_and_javascript_allow_around_the_list_is_no_harm(text: bytes) -> None:
    assert read(text, 3) == [{"a": 1}]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "no = near its start"),
        (b"x" * 5000, "no = near its start"),
        (b"a = {}", "no list"),
        (b'a = [{"a":1}', "cut off: 1 entries could be read, up to byte 12"),
        (b'a = [{"a":1},', "cut off: 1 entries"),
        (b'a = [{"a":"', "cut off: 0 entries"),
        (b'a = [{"a":1,}]', "not as X writes it: 0 entries"),
        (b"a = [1]", "not as X writes it"),
        (b'a = [{"a":1} {"a":2}]', "not as X writes it: 1 entries"),
        (b'a = [{"a":1}] b = []', "goes on after its list has ended"),
        (b'a = [{"a":' + b"[" * 100 + b"]" * 100 + b"}]", "nested too deeply"),
        (b'a = [{"a":1},\n{"a":' + b"[" * 9999 + b"]" * 9999 + b"}]", "nested too deeply"),
        (b'a = [{"a": nul}]', "not as X writes it"),
        (b'a = [{"a": "\xff"}]', "not as X writes it"),
    ],
)
def test_each_fault_says_what_it_is_and_where(text: bytes, says: str) -> None:
    with pytest.raises(UnreadableExport, match=says):
        read(text, 7)


def test_an_element_longer_than_any_real_one_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(js_arrays, "LONGEST_OBJECT", 100_000)

    def endless() -> Iterator[bytes]:
        yield b'a = [{"a": "'
        while True:
            yield b"x" * 1000

    with pytest.raises(UnreadableExport, match="too long"):
        list(JsArray(endless(), ANYTHING, "tweets.js"))


class Row(msgspec.Struct):
    number: int


def test_an_element_of_another_shape_is_none_and_a_broken_one_is_not_read() -> None:
    decoder = msgspec.json.Decoder(Row)
    text = b'a = [{"number": 1}, {"number": "x"}, {}, {"number": 2}]'
    assert read(text, 5, decoder) == [Row(1), None, None, Row(2)]
    with pytest.raises(UnreadableExport):
        read(b'a = [{"number": "x", "more": tru}]', 5, decoder)


def test_half_an_emoji_does_not_spoil_the_rest() -> None:
    text = rb'a = [{"a": "\ud83d x \ud83d\ude00 \\ud83d"}]'
    assert read(text) == [{"a": "\ufffd x 😀 \\ud83d"}]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"window.YTD.tweets.part0 = [", "window.YTD.tweets.part0"),
        (b"\xef\xbb\xbf\r\nwindow.YTD.tweets.part12=[", "window.YTD.tweets.part12"),
        (b"Grailbird.data.tweets_2016_05 = \n[", "Grailbird.data.tweets_2016_05"),
        (b"{}", None),
        (b"", None),
        (b"\xff\xfe = ", None),
    ],
)
def test_a_file_is_known_by_what_it_assigns_to(text: bytes, name: str | None) -> None:
    assert assigned_name(cut(text, 2)) == name
