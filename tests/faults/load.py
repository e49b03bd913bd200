"""Phones that scan one another and upload, all at once."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.faults.phone import Phone
from tests.faults.world import Person

_SECONDS_TO_HEAL = 60


@contextmanager
def under_load(
    phones: Sequence[Phone],
    people: Sequence[Person],
    rng: random.Random,
    *,
    seconds: float = 0,
    most: int = 60,
) -> Iterator[None]:
    """Until the block has ended and ``seconds`` are over; then the phones empty their queues.

    What was acknowledged is never sent again, so nothing hides a loss. ``most`` scans are made
    between two uploads.
    """
    stop = threading.Event()
    broken: list[BaseException] = []

    def use(phone: Phone, chance: random.Random) -> None:
        others = [person for person in people if person is not phone.person]
        try:
            while not stop.is_set():
                for _ in range(chance.choice((1, 1, most // 5 or 1, most))):
                    phone.scan(chance.choice(others).code, intents=["coffee"])
                phone.drain(until=stop.is_set)
                # A person between two badges.
                stop.wait(chance.uniform(0, 0.02))
            give_up = time.monotonic() + _SECONDS_TO_HEAL
            assert phone.drain(until=lambda: time.monotonic() > give_up)
        except BaseException as problem:
            broken.append(problem)

    threads = [
        threading.Thread(target=use, args=(phone, random.Random(rng.random()))) for phone in phones
    ]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    try:
        yield
        time.sleep(max(0.0, end - time.monotonic()))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert broken == []
