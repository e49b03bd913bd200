"""What a proof counts: scans tried, acknowledged, found afterwards, lost, doubled."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Figures:
    """``acknowledged``: a device was told "safe". ``lost``: acknowledged and not there.

    ``doubled`` counts every scan, card and meeting that is there once too often.
    """

    tried: int = 0
    acknowledged: int = 0
    found: int = 0
    lost: int = 0
    doubled: int = 0

    def add(self, more: "Figures") -> None:
        for name, number in asdict(more).items():
            setattr(self, name, getattr(self, name) + number)

    def __str__(self) -> str:
        return ", ".join(f"{name} {number:,}" for name, number in asdict(self).items())
