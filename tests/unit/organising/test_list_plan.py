"""Which row is which attendee."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from firsthand.organising.list_file import ListRow
from firsthand.organising.list_plan import KnownAttendee, plan_import

ANA, BO = UUID(int=1), UUID(int=2)


def row(name: str, email: str | None = None, ticket: str | None = None, number: int = 2) -> ListRow:
    return ListRow(number=number, name=name, email=email, ticket=ticket)


def found(attendees: list[KnownAttendee], *rows: ListRow) -> list[UUID | None]:
    """For each row the attendee that it is, None for a new one."""
    numbered = [ListRow(i, r.name, r.email, ticket=r.ticket) for i, r in enumerate(rows)]
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


def test_a_name_that_is_unique_in_both_lists_says_it() -> None:
    assert found([KnownAttendee(ANA, "Ana", "old@example.org")], row("Ana", "n@example.org")) == [
        ANA
    ]


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


people = st.lists(
    st.tuples(
        st.sampled_from(["Ana", "ana ", "Bo", "Cy"]),
        st.sampled_from([None, "a@example.org", "b@example.org"]),
        st.sampled_from([None, "T1", "T2", "T3"]),
    ),
    max_size=8,
)


@given(people, people)
def test_no_attendee_is_taken_twice_and_no_row_is_lost(
    before: list[tuple[str, str | None, str | None]],
    after: list[tuple[str, str | None, str | None]],
) -> None:
    attendees = [KnownAttendee(UUID(int=i), *each) for i, each in enumerate(before)]
    rows = [row(*each, number=i) for i, each in enumerate(after)]
    plan = plan_import(attendees, rows)
    taken = [attendee for _, attendee in plan.known]
    assert len(taken) == len(set(taken))
    told = [int(problem.where.removeprefix("row ")) for problem in plan.problems]
    numbers = [r.number for r, _ in plan.known] + [r.number for r in plan.new] + told
    assert sorted(numbers) == [r.number for r in rows]


@given(people)
def test_importing_the_same_list_again_adds_nobody(
    listed: list[tuple[str, str | None, str | None]],
) -> None:
    rows = [row(*each, number=i) for i, each in enumerate(listed)]
    first = plan_import([], rows)
    attendees = [KnownAttendee(UUID(int=r.number), r.name, r.email, r.ticket) for r in first.new]
    assert plan_import(attendees, rows).new == []
