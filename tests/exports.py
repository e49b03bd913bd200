"""Small exports of any network, made up, and what the readers find in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from firsthand.ties.kinds import (
    FoundList,
    FoundOwner,
    FoundPerson,
    FoundTie,
    KindCount,
    Problem,
    Progress,
    Summary,
    TieKind,
)
from firsthand.ties.reading import read_export

Files = Mapping[str, str | bytes]


@dataclass
class Reading:
    """Everything that was found but for the progress; the ties by network and name or id."""

    ties: dict[str, FoundTie] = field(default_factory=dict)
    people: list[FoundPerson] = field(default_factory=list)
    lists: list[FoundList] = field(default_factory=list)
    owners: list[FoundOwner] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    summary: Summary = field(default_factory=lambda: Summary("", 0, 0))

    @property
    def names(self) -> list[str]:
        return sorted(person.name for person in self.people)

    @property
    def person(self) -> FoundPerson:
        (person,) = self.people
        return person

    @property
    def said(self) -> str:
        return " ".join(f"{problem.where}: {problem.what}" for problem in self.problems)

    def kind(self, tie: str, kind: TieKind) -> KindCount:
        (found,) = [each for each in self.ties[tie].kinds if each.kind == kind]
        return found


def read(*paths: Path) -> Reading:
    """What is in these files. Raises UnreadableExport."""
    reading = Reading()
    for found in read_export(paths):
        match found:
            case FoundTie():
                reading.ties[f"{found.network}:{found.name or found.stable_id}"] = found
            case FoundPerson():
                reading.people.append(found)
            case FoundList():
                reading.lists.append(found)
            case FoundOwner():
                reading.owners.append(found)
            case Problem():
                reading.problems.append(found)
            case Summary():
                reading.summary = found
            case Progress():
                pass
    return reading


def read_files(folder: Path, files: Files) -> Reading:
    """The same of files that lie in this folder, loose."""
    return read(*write_files(folder, files))


def write_files(folder: Path, files: Files) -> list[Path]:
    paths = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    return paths
