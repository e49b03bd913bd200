"""A house in which Ana has something of everything."""

import pytest

from tests.server.access.case import Case, make_case
from tests.server.house import House


@pytest.fixture
def case(house: House) -> Case:
    return make_case(house)
