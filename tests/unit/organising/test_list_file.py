"""The plain attendee list, as programs and people really write it."""

import csv
import io
import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.organising.list_file import ListFile, ListProblem, ListRow

HEADER = "name,email,headline,company,listed,ticket,x,linkedin"


def read(
    content: str | bytes, chosen: dict[int, str] | None = None
) -> tuple[list[ListRow], list[ListProblem], ListFile]:
    body = content.encode() if isinstance(content, str) else content
    file = ListFile(io.BytesIO(body), chosen)
    found = list(file.read())
    rows = [each for each in found if isinstance(each, ListRow)]
    return rows, [each for each in found if isinstance(each, ListProblem)], file


def names(content: str | bytes) -> list[str]:
    return [row.name for row in read(content)[0]]


def test_a_plain_list_is_read_with_every_column() -> None:
    rows, problems, file = read(
        f"{HEADER}\nAna Oliveira,ANA@example.org,Talent,Harbour,yes,T1,@ana,in/ana-o\n"
    )
    assert problems == []
    assert file.notes == []
    (row,) = rows
    assert (row.number, row.name, row.email, row.headline, row.company, row.listed, row.ticket) == (
        2,
        "Ana Oliveira",
        "ana@example.org",
        "Talent",
        "Harbour",
        True,
        "T1",
    )
    assert [(h.network, h.name) for h in row.handles or ()] == [
        (Network.X, "ana"),
        (Network.LINKEDIN, "ana-o"),
    ]


def test_columns_may_come_in_any_order_and_all_but_the_name_may_be_missing() -> None:
    rows, _, _ = read("company,name\nHarbour,Ana\n")
    assert (rows[0].name, rows[0].company) == ("Ana", "Harbour")
    assert (rows[0].email, rows[0].headline, rows[0].listed, rows[0].handles) == (None,) * 4


@pytest.mark.parametrize(
    "header",
    ["Full name", "FULL NAME", " full_name ", "Attendee Name", "\u00a0Name", "NAME", "full-name"],
)
def test_the_name_is_found_under_its_usual_headers(header: str) -> None:
    assert names(f"{header}\nAna\n") == ["Ana"]


@pytest.mark.parametrize(
    ("header", "network"),
    [
        ("Twitter", "x"),
        ("Your Twitter handle", "x"),
        ("X (Twitter)", "x"),
        ("LinkedIn profile URL", "linkedin"),
        ("GitHub username", "github"),
        ("Bluesky", "bluesky"),
    ],
)
def test_a_network_is_found_in_what_forms_call_it(header: str, network: str) -> None:
    _, _, file = read(f'name,"{header}"\nAna,\n')
    assert [column.meaning for column in file.columns] == ["name", network]


def test_first_and_last_name_make_the_name() -> None:
    assert names("First Name,Last Name\nAna,Oliveira\n,Lone\n") == ["Ana Oliveira", "Lone"]


@pytest.mark.parametrize(
    "header",
    [
        *("Vorname;Nachname", "Prénom;Nom", "Nombre;Apellidos", "Nome;Cognome", "Nome;Apelido"),
        *("Voornaam;Achternaam", "Imię;Nazwisko", "Förnamn;Efternamn", "Fornavn;Efternavn"),
        *("Given name;Family name", "Vorname;Name"),
    ],
)
def test_given_and_family_name_make_the_name_in_other_languages_too(header: str) -> None:
    assert names(f"{header};E-Mail\nAna;Oliveira;a@example.org\n") == ["Ana Oliveira"]


@pytest.mark.parametrize(
    "header", ["Nom", "Nombre", "Nome", "Naam", "Name", "Nom complet", "Imię i nazwisko"]
)
def test_one_column_may_hold_the_whole_name_in_other_languages_too(header: str) -> None:
    assert names(f"{header}\nAna Oliveira\n") == ["Ana Oliveira"]


def test_a_whole_name_beside_a_first_name_is_not_doubled() -> None:
    assert names("name,first_name\nAna Oliveira,Ana\n") == ["Ana Oliveira"]
    assert names("name,first_name,last_name\nAna O.,Anabela,Oliveira\n") == ["Ana O."]


@pytest.mark.parametrize(
    ("header", "meanings"),
    [
        ("Order code,Attendee name,Ticket secret", ["order", "name", "ticket"]),
        ("Order #,First Name,Last Name,Attendee #", ["order", "first-name", "last-name", "ticket"]),
        ("Bestellcode,Name", ["order", "name"]),
        ("Firma,Funktion,E-Mail-Adresse,Name", ["company", "headline", "email", "name"]),
        ("Courriel,Entreprise,Nom", ["email", "company", "last-name"]),
    ],
)
def test_columns_are_found_as_ticketing_systems_call_them(header: str, meanings: list[str]) -> None:
    _, _, file = read(f"{header}\nAna,Ana,Ana,Ana\n")
    assert [column.meaning for column in file.columns] == meanings


def test_an_order_is_read_beside_the_ticket() -> None:
    rows, _, _ = read("Order code,Attendee name,Ticket secret\nABC12,Ana,\n,Bo,t-2\n")
    assert [(row.order, row.ticket) for row in rows] == [("ABC12", None), (None, "t-2")]


def test_a_name_that_is_too_long_is_told_in_one_sentence() -> None:
    _, problems, _ = read("name\n" + "a" * 121 + "\n")
    assert problems[0].what.startswith("The name is too long: at most 120 characters.")


def test_unknown_columns_are_named_as_ignored() -> None:
    _, _, file = read("name,Dietary wishes\nAna,none\n")
    assert file.notes == ["This column is ignored: “Dietary wishes”."]


def test_of_a_header_that_stands_twice_the_first_counts_and_the_second_is_named() -> None:
    rows, _, file = read("name,Company,company\nAna,Harbour,Invoice Ltd\n")
    assert rows[0].company == "Harbour"
    assert "“company” says the same" in file.notes[0]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
)  # utf-16 writes its BOM
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_delimiter_and_line_end_is_read(
    encoding: str, delimiter: str, end: str
) -> None:
    lines = [["Name", "Company"], ["Łucja" if encoding != "cp1252" else "José", "Müller & Söhne"]]
    body = end.join(delimiter.join(line) for line in lines).encode(encoding)
    rows, problems, _ = read(body)
    assert problems == []
    assert (rows[0].name, rows[0].company) == tuple(lines[1])


def test_windows_1252_is_read_with_a_note() -> None:
    _, _, file = read("name\nJosé\n".encode("cp1252"))
    assert "Windows-1252" in file.notes[0]


def test_a_sep_line_names_the_delimiter_and_is_no_header() -> None:
    rows, _, _ = read('sep=;\r\nname;company\r\nAna;"Harbour, Labs; and more"\r\n')
    assert rows[0].company == "Harbour, Labs; and more"


def test_quotes_may_hold_delimiters_quotes_and_line_breaks() -> None:
    rows, _, _ = read('name,headline\n"Oliveira, Ana","She said ""hi""\nand left"\nBo,b\n')
    assert [row.name for row in rows] == ["Oliveira, Ana", "Bo"]
    assert rows[0].headline == 'She said "hi" and left'


def test_empty_and_null_rows_are_passed_over_and_rows_keep_their_numbers() -> None:
    rows, problems, _ = read("name,email\n\n,\nNULL,null\n,  \nAna,\n")
    assert problems == []
    assert [(row.number, row.name) for row in rows] == [(6, "Ana")]


def test_a_row_without_a_name_is_left_out_and_told() -> None:
    rows, problems, _ = read("name,email\n,ana@example.org\nBo,\n")
    assert [row.name for row in rows] == ["Bo"]
    assert (problems[0].where, problems[0].skipped) == ("row 2", True)


def test_a_wrong_handle_is_told_by_row_and_column_and_the_rest_is_kept() -> None:
    rows, problems, _ = read("name,email,Twitter,linkedin\nAna,a@example.org,not a name,in/ana\n")
    assert rows[0].email == "a@example.org"
    assert [h.name for h in rows[0].handles or ()] == ["ana"]
    assert [problem.where for problem in problems] == ["row 2, Twitter"]
    assert not problems[0].skipped


def test_a_wrong_address_is_told_and_the_rest_is_kept() -> None:
    rows, problems, _ = read("name,email,company\nAna,nobody,Harbour\n")
    assert (rows[0].email, rows[0].company) == (None, "Harbour")
    assert problems[0].where == "row 2, email"


@pytest.mark.parametrize("word", ["yes", "Y", "TRUE", "1", "x", "ja"])
def test_words_for_yes_list_somebody(word: str) -> None:
    assert read(f"name,listed\nAna,{word}\n")[0][0].listed is True


@pytest.mark.parametrize("word", ["no", "N", "false", "0"])
def test_words_for_no_do_not(word: str) -> None:
    assert read(f"name,listed\nAna,{word}\n")[0][0].listed is False


def test_an_empty_listed_says_nothing_and_an_unknown_word_is_no_consent() -> None:
    rows, problems, _ = read("name,listed\nAna,\nBo,perhaps\n")
    assert [row.listed for row in rows] == [None, False]
    assert problems[0].where == "row 3, listed"


def test_nul_characters_fall_out_with_a_note() -> None:
    rows, _, file = read(b"name,company\nA\0na,Har\0bour\n")
    assert (rows[0].name, rows[0].company) == ("Ana", "Harbour")
    assert any("NUL" in note for note in file.notes)


def test_a_name_of_a_megabyte_costs_its_row_only() -> None:
    rows, problems, _ = read("name,company\n" + "a" * 1_000_000 + ",X\nBo,Harbour\n")
    assert [row.name for row in rows] == ["Bo"]
    assert problems[0].where == "row 2"
    assert problems[0].skipped


def test_a_quote_that_is_never_closed_is_told() -> None:
    rows, problems, _ = read('name\nAna\n"Bo\n' + "Cy\n" * 45_000)
    assert rows[0].name == "Ana"
    assert "quotation mark" in problems[0].what


def test_a_quote_that_swallows_the_rest_of_the_list_spoils_all_of_it() -> None:
    _, _, file = read('name,company\nAna,Harbour\nBo,"Har\n' + "Cy,X\n" * 100)
    assert "row 3" in file.trouble
    assert "never closed" in file.trouble


def test_a_cell_of_several_lines_is_none_that_was_never_closed() -> None:
    rows, problems, file = read('name,company\nAna,"Har\nbour"\nBo,"a ""quoted"" name"')
    assert (file.trouble, problems) == ("", [])
    assert [row.company for row in rows] == ["Har bour", 'a "quoted" name']


def test_ragged_rows_are_read_as_far_as_they_go() -> None:
    rows, problems, _ = read("name,company\nAna\nBo,Harbour,more,cells\n")
    assert [(row.name, row.company) for row in rows] == [("Ana", ""), ("Bo", "Harbour")]
    assert "2 more cells" in problems[0].what


def test_emoji_and_right_to_left_names_are_kept() -> None:
    written = ["🦊 Pat", "محمد الأحمد", "山田太郎", "Zoë 👩\u200d💻"]
    assert names("name\n" + "\n".join(written)) == written


def test_direction_overrides_fall_out_of_names() -> None:
    assert names("name\nAna\u202egnp.exe\n") == ["Anagnp.exe"]


def test_an_apostrophe_that_shields_a_cell_from_a_spreadsheet_falls_away() -> None:
    rows, _, _ = read("name,x\nAna,'@ana\n")
    assert (rows[0].handles or ())[0].name == "ana"


def test_chosen_columns_win_over_the_headers() -> None:
    rows, _, _ = read("who,where,name\nAna,Harbour,nickname\n", {0: "name", 1: "company"})
    assert (rows[0].name, rows[0].company) == ("Ana", "Harbour")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"PK\x03\x04 and more", "spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"colour,taste\nred,sweet\n", "No column holds the names"),
    ],
)
def test_what_is_no_list_is_told_as_such(body: bytes, word: str) -> None:
    rows, _, file = read(body)
    assert rows == []
    assert word in file.trouble


def test_a_long_list_is_read_within_bounded_memory(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("list") / "long.csv"
    line = b"Ana Oliveira," + b"a remark that nobody reads " * 100 + b"\n"
    path.write_bytes(b"name,remarks\n" + line * 2_000)
    with path.open("rb") as stream:
        tracemalloc.start()
        count = sum(1 for _ in ListFile(stream).read())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 2_000
    assert most < 1_500_000


@given(st.binary(max_size=2_000))
def test_no_bytes_make_reading_fail(body: bytes) -> None:
    for prefix in (b"", b"name,email,x,listed\n", b"\xff\xfe", b"sep=;\n"):
        read(prefix + body)


cells = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=30
)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8))
def test_what_a_csv_writer_writes_is_read_back(people: Sequence[tuple[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "company"])
    writer.writerows([f"A{name}z", f"B{company}z"] for name, company in people)
    rows, problems, _ = read(text.getvalue())
    assert problems == []
    assert len(rows) == len(people)
    assert all(row.name[0] == "A" and (row.company or "")[0] == "B" for row in rows)
