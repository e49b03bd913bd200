"""How property tests choose their examples; ``make fuzz`` takes the profile ``fuzz``."""

import os

from hypothesis import settings

from tests.memory import memory_folder

if memory := memory_folder():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))

# The same examples in every run, so that a change is judged by itself: new ones are for fuzzing.
settings.register_profile("steady", derandomize=True, print_blob=True)
settings.register_profile(
    "fuzz",
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "1000")),
    deadline=None,
    derandomize=False,
    print_blob=True,
)
settings.load_profile("steady")
