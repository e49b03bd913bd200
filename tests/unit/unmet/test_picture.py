"""The network picture: everybody inside the drawing, the met nearer than the others."""

import math

from hypothesis import given
from hypothesis import strategies as st

from firsthand.unmet.picture import SIZE, Face, picture

FACES = st.lists(
    st.builds(
        Face,
        name=st.text(),
        stage=st.just("met"),
        tied=st.booleans(),
        met=st.booleans(),
        strength=st.floats(allow_nan=False),
    ),
    max_size=160,
)


@given(FACES)
def test_everybody_stands_inside_and_the_met_stand_nearer(faces: list[Face]) -> None:
    placed = picture(faces)
    assert sorted(each.face.name for each in placed) == sorted(face.name for face in faces)
    for each in placed:
        distance = math.hypot(each.x - SIZE / 2, each.y - SIZE / 2)
        assert distance + each.radius <= SIZE / 2
        assert (distance < 140) == each.face.met
        assert (each.line > 0) == each.face.met


def test_two_people_never_stand_in_one_place() -> None:
    faces = [Face(str(number), "met", True, number % 3 != 0, 0.5) for number in range(150)]
    assert len({(each.x, each.y) for each in picture(faces)}) == 150
