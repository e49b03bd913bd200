from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.content_lines import ContentLine, escaped, read_content_lines, written


def lines_of(text: str | bytes, piece: int = 1_000_000) -> list[ContentLine]:
    data = text.encode() if isinstance(text, str) else text
    chunks: Iterator[bytes] = (data[at : at + piece] for at in range(0, len(data), piece))
    return list(read_content_lines(chunks, lambda name: name != "PHOTO"))


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("FN:Ana", "FN", "Ana"),
        ("fn:Ana", "FN", "Ana"),
        ("item1.URL:http\\://ana.example", "URL", "http://ana.example"),
        ("TEL;CELL:1", "TEL", "1"),
        ('TEL;TYPE="work,voice":tel:+1', "TEL", "tel:+1"),
        ('X-A;B="a:b;c":d', "X-A", "d"),
        ("NOTE:a\\nb\\, c\\; d\\\\e", "NOTE", "a\nb, c; d\\e"),
        ("NOTE:fol\r\n ded", "NOTE", "folded"),
        ("NOTE:fol\n\tded", "NOTE", "folded"),
        ("N;ENCODING=QUOTED-PRINTABLE:=C3=85sa", "N", "Åsa"),
        ("N;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:=C5sa", "N", "Åsa"),
        ("N;ENCODING=QUOTED-PRINTABLE:a=\r\n b=\r\nc", "N", "a bc"),
        ("N;ENCODING=B:QW5h", "N", "Ana"),
        ("N;ENCODING=B:*", "N", ""),
        ("N;CHARSET=nonsense:Åsa", "N", "Åsa"),
    ],
)
def test_each_way_to_write_a_value(line: str, name: str, value: str) -> None:
    (read,) = lines_of(line)
    assert (read.name, read.text) == (name, value)


def test_raw_bytes_in_another_encoding_are_read_by_what_the_line_says() -> None:
    assert lines_of("FN;CHARSET=ISO-8859-1:Åsa".encode("latin-1"))[0].text == "Åsa"
    assert lines_of("FN:Åsa €".encode("cp1252"))[0].text == "Åsa €"
    assert lines_of("FN:Åsa".encode("utf-16"))[0].text == "Åsa"
    assert lines_of("\ufeffFN:Åsa".encode())[0].text == "Åsa"


def test_a_letter_that_folding_has_cut_in_two_is_whole_again() -> None:
    assert lines_of(b"FN:\xc3\r\n \x85sa")[0].text == "Åsa"


def test_a_picture_is_left_out_up_to_its_blank_line_or_the_next_property() -> None:
    picture = "PHOTO;ENCODING=BASE64;TYPE=JPEG:\r\n /9j/4AAQ\r\n SkZJRg==\r\n\r\nFN:Ana\r\n"
    unfolded = "PHOTO;JPEG;BASE64:/9j/4AAQ\nSkZJRg==\n\nFN:Ana\n"
    assert [line.text for line in lines_of(picture)] == ["Ana"]
    assert [line.text for line in lines_of(unfolded)] == ["Ana"]


def test_a_structured_value_is_taken_apart_at_its_own_semicolons() -> None:
    assert lines_of("N:Li\\;ma;Ana;;\\, Dr")[0].parts[:4] == ["Li;ma", "Ana", "", ", Dr"]
    assert lines_of("ORG:")[0].parts[0] == ""


def test_parameters_of_all_versions() -> None:
    (line,) = lines_of('X-SOCIALPROFILE;type=twitter,HOME;PREF=1;x-user="a:b";BARE:x')
    assert line.types == {"twitter", "home", "bare"}
    assert line.parameters["X-USER"] == ["a:b"]


@given(text=st.text(max_size=300))
def test_what_is_written_is_read_again(text: str) -> None:
    (read,) = lines_of(written([f"NOTE:{escaped(text)}"]))
    again = written([f"NOTE:{escaped(read.text)}"])
    assert lines_of(again)[0].text == read.text
    assert escaped(read.text) == escaped(text)


STARTS = st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf", b"N;QUOTED-PRINTABLE:a=\r\n"])


@given(start=STARTS, more=st.binary(max_size=300), piece=st.integers(1, 7))
def test_where_the_bytes_are_cut_never_matters_and_nothing_raises(
    start: bytes, more: bytes, piece: int
) -> None:
    data = start + more
    assert lines_of(data, piece) == lines_of(data)
