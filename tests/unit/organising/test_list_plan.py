"""Which row is which attendee."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from firsthand.organising.list_file import ListRow
from firsthand.organising.list_plan import KnownAttendee, name_key, plan_import

ANA, BO = UUID(int=1), UUID(int=2)


def row(
    name: str,
    email: str | None = None,
    ticket: str | None = None,
    number: int = 2,
    order: str | None = None,
) -> ListRow:
    return ListRow(number=number, name=name, email=email, ticket=ticket, order=order)


def found(attendees: list[KnownAttendee], *rows: ListRow) -> list[UUID | None]:
    """For each row the attendee that it is, None for a new one."""
    numbered = [replace(r, number=i) for i, r in enumerate(rows)]
    known = {r.number: attendee for r, attendee in plan_import(attendees, numbered).known}
    return [known.get(r.number) for r in numbered]


def test_the_ticket_says_who_it_is_whatever_else_changed() -> None:
    attendees = [KnownAttendee(ANA, "Ana", "ana@example.org", "T1")]
    assert found(attendees, row("Ana Oliveira", "new@example.org", "T1")) == [ANA]


def test_without_a_ticket_e_mail_and_name_say_it() -> None:
    attendees = [
        KnownAttendee(ANA, "Ana", "shared@example.org"),
        KnownAttendee(BO, "Bo", "shared@example.org"),
    ]
    rows = [row("bo", "shared@example.org"), row("ANA ", "shared@example.org")]
    assert found(attendees, *rows) == [BO, ANA]


@pytest.mark.parametrize(
    ("attendee", "listed"),
    [
        (KnownAttendee(ANA, "Ana"), row("Ana")),
        (KnownAttendee(ANA, "Ana"), row("ana ", "a@example.org", "T1")),
        (KnownAttendee(ANA, "Ana", "a@example.org", "T1"), row("Ana")),
        (KnownAttendee(ANA, "Ana", "a@example.org"), row("Ana", "", "T1")),
        (KnownAttendee(ANA, "Ana", None, "T1"), row("Ana", "a@example.org")),
    ],
)
def test_a_name_that_is_unique_in_both_lists_says_it_where_nothing_speaks_against_it(
    attendee: KnownAttendee, listed: ListRow
) -> None:
    assert found([attendee], listed) == [ANA]


@pytest.mark.parametrize(
    "attendee",
    [
        KnownAttendee(ANA, "Ana", "old@example.org"),
        KnownAttendee(ANA, "Ana", "old@example.org", "T1"),
        KnownAttendee(ANA, "Ana", "old@example.org", None, "older@example.org"),
        KnownAttendee(ANA, "Ana", None, "T1", "old@example.org"),
    ],
)
def test_another_e_mail_is_another_person_of_the_same_name_and_is_told(
    attendee: KnownAttendee,
) -> None:
    plan = plan_import([attendee], [row("Ana", "new@example.org")])
    assert plan.known == []
    assert [each.email for each in plan.new] == ["new@example.org"]
    (problem,) = plan.problems
    assert (problem.where, problem.skipped) == ("row 2", False)
    assert "Ana" in problem.what
    assert "another" in problem.what


def test_another_e_mail_with_the_same_ticket_is_the_same_person() -> None:
    attendees = [KnownAttendee(ANA, "Ana", "old@example.org", "T1")]
    plan = plan_import(attendees, [row("Ana", "new@example.org", "T1")])
    assert [each for _, each in plan.known] == [ANA]
    assert plan.problems == []


def test_two_people_of_one_name_on_two_tickets_need_no_remark() -> None:
    attendees = [KnownAttendee(ANA, "Ana", "a@example.org", "T1")]
    plan = plan_import(attendees, [row("Ana", "b@example.org", "T2")])
    assert (len(plan.new), plan.problems) == (1, [])


def test_by_the_name_alone_empty_cells_take_nothing_away() -> None:
    says = {"email": "", "headline": "", "company": "Port", "handles": ()}
    listed = replace(row("Ana"), **says)
    for known in (KnownAttendee(ANA, "Ana", "a@example.org"), KnownAttendee(ANA, "Ana", None, "T")):
        ((planned, _),) = plan_import([known], [listed]).known
        assert (planned.email, planned.headline, planned.handles) == (None, None, None)
        assert planned.company == "Port"
    # Somebody of whom nobody ever knew more than the name.
    ((planned, _),) = plan_import([KnownAttendee(ANA, "Ana")], [listed]).known
    assert planned == listed


def test_an_order_and_the_name_say_who_it_is_whatever_the_e_mail() -> None:
    attendees = [KnownAttendee(ANA, "Ana", "old@example.org", "O1")]
    rows = [
        row("Ana", "new@example.org", order="O1"),
        row("Bo", "b@example.org", order="O1"),
        row("Cy", "c@example.org", order="O2"),
    ]
    assert found(attendees, *rows) == [ANA, None, None]


def test_an_order_alone_makes_nobody_somebody_else() -> None:
    attendees = [KnownAttendee(ANA, "Ana", "a@example.org", "O1")]
    plan = plan_import(attendees, [row("Bo", "b@example.org", order="O1")])
    assert [(each.name, each.ticket) for each in plan.new] == [("Bo", None)]


def test_an_order_of_one_person_is_kept_as_the_ticket_and_one_of_several_is_not() -> None:
    rows = [
        row("Ana", number=2, order="O1"),
        row("Bo", number=3, order="O1"),
        row("Cy", number=4, order="O2"),
        row("Di", ticket="T1", number=5, order="O3"),
        row("Eve", number=6, order="T1"),
    ]
    plan = plan_import([KnownAttendee(ANA, "Cy")], rows)
    assert [(each.name, each.ticket) for each in plan.new] == [
        ("Ana", None),
        ("Bo", None),
        ("Di", "T1"),
        ("Eve", None),
    ]
    assert [each.ticket for each, _ in plan.known] == ["O2"]


def test_a_name_that_stands_twice_says_nothing() -> None:
    attendees = [KnownAttendee(ANA, "Ana", "a@example.org")]
    rows = [row("Ana", "b@example.org"), row("Ana", "c@example.org")]
    assert found(attendees, *rows) == [None, None]


def test_another_ticket_is_another_person_of_the_same_name_and_e_mail() -> None:
    attendees = [KnownAttendee(ANA, "Ana", "a@example.org", "T1")]
    assert found(attendees, row("Ana", "a@example.org", "T2")) == [None]


def test_who_joined_by_the_link_is_found_by_the_accounts_e_mail() -> None:
    attendees = [KnownAttendee(ANA, "ana", None, None, "ana@example.org", joined=True)]
    assert found(attendees, row("Ana Oliveira", "ana@example.org", "T1")) == [ANA]


def test_who_joined_is_not_taken_for_somebody_of_the_same_name_with_another_e_mail() -> None:
    attendees = [KnownAttendee(ANA, "Ana", None, None, "ana@example.org", joined=True)]
    assert found(attendees, row("Ana", "other@example.org")) == [None]


def test_a_row_that_cannot_be_told_apart_from_somebody_known_is_left_out() -> None:
    attendees = [KnownAttendee(ANA, "Ana"), KnownAttendee(BO, "Ana")]
    plan = plan_import(attendees, [row("Ana")])
    assert (plan.known, plan.new) == ([], [])
    assert plan.problems[0].skipped


def test_a_row_that_stands_twice_counts_once() -> None:
    rows = [row("Ana", "a@example.org", number=2), row("Ana", "a@example.org", number=3)]
    plan = plan_import([], rows)
    assert [each.number for each in plan.new] == [2]
    assert plan.problems[0].where == "row 3"


Listed = tuple[str, str | None, str | None, str | None]
people = st.lists(
    st.tuples(
        st.sampled_from(["Ana", "ana ", "Bo", "Cy"]),
        st.sampled_from([None, "", "a@example.org", "b@example.org", "c@example.org"]),
        st.sampled_from([None, "T1", "T2", "T3"]),
        st.sampled_from([None, "O1", "O2", "T1"]),
    ),
    max_size=8,
)


def rows_of(people: list[Listed]) -> list[ListRow]:
    return [row(*each[:3], number=i, order=each[3]) for i, each in enumerate(people)]


def imported(attendees: list[KnownAttendee], rows: list[ListRow]) -> list[KnownAttendee]:
    """Who is on the list after it, as the import writes it."""
    plan = plan_import(attendees, rows)
    by_id = {attendee.id: attendee for attendee in attendees}
    for listed, attendee_id in plan.known:
        was = by_id[attendee_id]
        email = was.email if listed.email is None else listed.email or None
        ticket = listed.ticket or was.ticket
        by_id[attendee_id] = KnownAttendee(attendee_id, listed.name, email, ticket)
    for listed in plan.new:
        attendee_id = UUID(int=len(by_id))
        by_id[attendee_id] = KnownAttendee(
            attendee_id, listed.name, listed.email or None, listed.ticket
        )
    return list(by_id.values())


@given(people, people)
def test_no_attendee_is_taken_twice_and_no_row_is_lost(
    before: list[Listed], after: list[Listed]
) -> None:
    attendees = [KnownAttendee(UUID(int=i), *each[:3]) for i, each in enumerate(before)]
    rows = rows_of(after)
    plan = plan_import(attendees, rows)
    taken = [attendee for _, attendee in plan.known]
    assert len(taken) == len(set(taken))
    told = [int(p.where.removeprefix("row ")) for p in plan.problems if p.skipped]
    numbers = [r.number for r, _ in plan.known] + [r.number for r in plan.new] + told
    assert sorted(numbers) == [r.number for r in rows]


@given(people)
def test_importing_the_same_list_again_adds_nobody_and_changes_nobody(listed: list[Listed]) -> None:
    rows = rows_of(listed)
    attendees = imported([], rows)
    assert plan_import(attendees, rows).new == []
    assert imported(attendees, rows) == attendees


@given(st.lists(people, max_size=4))
def test_only_a_ticket_or_an_order_gives_anybodys_place_to_another_address(
    lists: list[list[Listed]],
) -> None:
    attendees: list[KnownAttendee] = []
    for rows in map(rows_of, lists):
        before = {attendee.id: attendee for attendee in attendees}
        for listed, attendee_id in plan_import(attendees, rows).known:
            was = before[attendee_id]
            if listed.email is not None and was.email and (listed.email or None) != was.email:
                assert was.ticket
                assert was.ticket in (listed.ticket, listed.order)
        attendees = imported(attendees, rows)
        tickets = [attendee.ticket for attendee in attendees if attendee.ticket]
        assert len(tickets) == len(set(tickets))


@given(people, people)
def test_another_ticket_is_always_somebody_else(before: list[Listed], after: list[Listed]) -> None:
    attendees = imported([], rows_of(before))
    tickets = {attendee.id: attendee.ticket for attendee in attendees}
    for listed, attendee_id in plan_import(attendees, rows_of(after)).known:
        assert not (listed.ticket and tickets[attendee_id]) or (
            listed.ticket == tickets[attendee_id]
        )


@given(people, people)
def test_whoever_is_added_beside_somebody_of_the_same_name_is_told_or_has_another_ticket(
    before: list[Listed], after: list[Listed]
) -> None:
    attendees = imported([], rows_of(before))
    plan = plan_import(attendees, rows_of(after))
    found = {attendee_id for _, attendee_id in plan.known}
    told = {problem.where for problem in plan.problems}
    for new in plan.new:
        for other in attendees:
            if other.id not in found and name_key(other.name) == name_key(new.name):
                two_tickets = new.ticket and other.ticket and new.ticket != other.ticket
                assert two_tickets or f"row {new.number}" in told
