"""The networks that a handle can belong to."""

from enum import StrEnum


class Network(StrEnum):
    """A place online where people know each other; the value is its name everywhere."""

    X = "x"
    LINKEDIN = "linkedin"
    FACEBOOK = "facebook"
    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    GITHUB = "github"
    INSTAGRAM = "instagram"
    THREADS = "threads"
    WEBSITE = "website"

    @property
    def label(self) -> str:
        """The network's name as it spells itself."""
        return _LABELS[self]


_LABELS = {
    Network.X: "X",
    Network.LINKEDIN: "LinkedIn",
    Network.FACEBOOK: "Facebook",
    Network.MASTODON: "Mastodon",
    Network.BLUESKY: "Bluesky",
    Network.GITHUB: "GitHub",
    Network.INSTAGRAM: "Instagram",
    Network.THREADS: "Threads",
    Network.WEBSITE: "website",
}
