"""The network picture: readable however many they are, and always the same for the same people."""

import math
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand.unmet.picture import CENTRE, SIZE, YOU, Beside, Face, Picture, picture
from firsthand.unmet.picture_labels import Circle

MET = ("met", "followed-up", "met-again")
ONLINE = ("online", "spoken")


@st.composite
def people(draw: st.DrawFn) -> list[Face]:
    """Up to 400, some met and some not, with any name and any strength."""
    seed = draw(st.randoms(use_true_random=False))
    name = draw(st.text(max_size=30))
    names = (name, "Fenna Wouters", "山田 太郎", "محمد الأحمد", "Maximiliane Wolfeschlegelstein")
    met, others = draw(st.integers(0, 300)), draw(st.integers(0, 100))
    odd = draw(st.floats(allow_nan=False))
    return [
        Face(
            key=f"{place:03}",
            name=seed.choice(names),
            stage=seed.choice(MET if place < met else ONLINE),
            tied=seed.random() < 0.5,
            met=place < met,
            strength=odd if place == 0 else seed.random(),
        )
        for place in range(met + others)
    ]


def links_among(faces: list[Face]) -> list[Beside]:
    return [
        Beside(one.key, other.key, "moment" if place % 3 else "company")
        for place, (one, other) in enumerate(zip(faces, faces[2:], strict=False))
        if place % 4
    ]


def circles(drawn: Picture) -> list[Circle]:
    you = Circle(CENTRE, CENTRE, YOU)
    return [you, *(Circle(each.x, each.y, each.radius) for each in drawn.placed)]


@settings(deadline=None, max_examples=40)
@given(people())
def test_no_two_faces_overlap_and_all_lie_in_the_drawing(faces: list[Face]) -> None:
    drawn = picture(faces, links_among(faces))
    assert sorted(each.face.key for each in drawn.placed) == sorted(face.key for face in faces)
    for one, other in combinations(circles(drawn), 2):
        assert math.hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius
    for each in drawn.placed:
        assert math.hypot(each.x - CENTRE, each.y - CENTRE) + each.radius <= SIZE / 2
        assert (each.line > 0) == each.face.met


@settings(deadline=None, max_examples=40)
@given(people())
def test_no_name_lies_over_a_face_or_another_name(faces: list[Face]) -> None:
    drawn = picture(faces)
    labels = [each.label for each in drawn.placed if each.label]
    for label in labels:
        assert label.left >= 0
        assert label.right <= SIZE
        assert label.top >= 0
        assert label.bottom <= SIZE
        assert not any(map(label.hits_circle, circles(drawn)))
    assert not any(one.hits_label(other) for one, other in combinations(labels, 2))


@settings(deadline=None, max_examples=20)
@given(people(), st.randoms(use_true_random=False))
def test_the_same_people_in_any_order_make_the_same_picture(
    faces: list[Face], shuffle: Random
) -> None:
    links = links_among(faces)
    drawn = picture(faces, links)
    shuffle.shuffle(faces)
    shuffle.shuffle(links)
    assert picture(faces, links) == drawn


@given(people())
@settings(deadline=None, max_examples=20)
def test_those_not_met_stand_outside_all_who_were(faces: list[Face]) -> None:
    far = {True: [0.0], False: [math.inf]}
    for each in picture(faces).placed:
        far[each.face.met].append(math.hypot(each.x - CENTRE, each.y - CENTRE))
    assert max(far[True]) < min(far[False])


def face(key: str, stage: str = "met", strength: float = 0.5) -> Face:
    return Face(key, f"Guest {key}", stage, True, stage in MET, strength)


@pytest.mark.parametrize("count", [1, 5, 20])
def test_a_few_people_all_have_their_letters_and_most_their_names(count: int) -> None:
    placed = picture([face(str(place)) for place in range(count)]).placed
    assert all(each.letters for each in placed)
    assert sum(each.label is not None for each in placed) >= 0.8 * count


def test_two_of_one_first_name_and_two_unnamed_badges_are_told_apart() -> None:
    names: tuple[str, ...] = ("Fenna Kuipersdochter-Jansen", "Fenna Wouterszoon-de-Vries")
    names += ("Unknown, badge 1fce", "Unknown, badge 7a03")
    placed = picture(Face(name, name, "met", False, True, 0.5) for name in names).placed
    labels = {each.label.text for each in placed if each.label}
    assert labels == {"Fenna K.", "Fenna W.", "badge 1fce", "badge 7a03"}


def test_in_a_crowd_the_furthest_along_are_named_and_nearest() -> None:
    crowd = [face(f"{place:03}") for place in range(295)]
    best = [face(f"best {place}", "met-again", 0.9) for place in range(5)]
    placed = picture([*crowd, *best]).placed
    assert {each.face.key for each in placed[:5]} == {each.key for each in best}
    assert all(each.letters for each in placed[:5])
    assert sum(each.label is not None for each in placed[:6]) >= 3


def test_a_stronger_tie_makes_a_larger_face_and_a_thicker_line() -> None:
    strong, weak = picture([face("a", strength=0.9), face("b", strength=0.1)]).placed
    assert strong.face.key == "a"
    assert strong.radius > weak.radius
    assert strong.line > weak.line


def test_who_is_joined_stands_side_by_side() -> None:
    faces = [face(f"{place:02}") for place in range(12)]
    linked = [Beside("00", "07", "moment"), Beside("03", "10", "moment")]

    def apart(drawn: Picture) -> float:
        where = {each.face.key: each for each in drawn.placed}
        return sum(
            math.hypot(where[a].x - where[b].x, where[a].y - where[b].y)
            for a, b in (("00", "07"), ("03", "10"))
        )

    assert apart(picture(faces, linked)) < 0.6 * apart(picture(faces))


def test_a_line_to_somebody_outside_the_picture_is_left_out() -> None:
    drawn = picture([face("a")], [Beside("a", "gone", "moment"), Beside("a", "a", "company")])
    assert drawn.lines == []
