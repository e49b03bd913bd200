"""What speaks for two cards being one human, in words. Pure."""

from dataclasses import dataclass

from firsthand.handles.networks import Network
from firsthand.handles.parsing import display_name

ACCOUNT = "account"
PROVEN_HANDLE = "proven-handle"
HANDLE = "handle"
EMAIL = "email"
PHONE = "phone"
EXPORT = "export"
NAME = "name"
OWNER = "owner"

# What says most comes first. A name alone says least: two people may share it.
EVIDENCE = (ACCOUNT, PROVEN_HANDLE, HANDLE, EMAIL, PHONE, EXPORT, NAME, OWNER)
_SOURCES = {"google-contacts": "Google Contacts", "vcard": "address book"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """``detail``: ``network:name`` of a handle, the address, the number, the export's format."""

    kind: str
    detail: str = ""

    @property
    def place(self) -> int:
        """The lower, the more it says."""
        return EVIDENCE.index(self.kind)

    @property
    def words(self) -> str:
        """Why, as half a sentence: "both have @ana on X"."""
        match self.kind:
            case "account":
                return "they claimed this badge with their account"
            case "proven-handle":
                return f"they have proven to be {_handle(self.detail)}"
            case "handle":
                return f"both have {_handle(self.detail)}"
            case "email":
                return f"both have the address {self.detail}"
            case "phone":
                return f"both have the number {self.detail}"
            case "export":
                return f"your {source_words(self.detail)} export has both as one person"
            case "name":
                return "both have the same name, which two people may"
            case _:
                return "you said so"


def handle_detail(network: str, name: str) -> str:
    return f"{network}:{name}"


def _handle(detail: str) -> str:
    network, _, name = detail.partition(":")
    if network not in set(Network):
        return name
    return f"{display_name(Network(network), name)} on {Network(network).label}"


def source_words(source: str) -> str:
    """An export's format as people call it."""
    return Network(source).label if source in set(Network) else _SOURCES.get(source, source)
