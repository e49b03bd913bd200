"""From the records of an X archive to ties. Pure.

- A reply counts as ``replied`` and not again as ``mentioned``; a repost only as ``reposted``:
  the people mentioned in it were mentioned by its author. Each counts once a post.
- Quoting a post (``x.com/name/status/...`` among the links) is no tie of its own: the link names
  somebody without an id, and nothing says that the owner spoke to them.
- Messages between two people count, those in groups do not: being in one room is no tie.
"""

from collections.abc import Iterable

from firsthand.handles.networks import Network
from firsthand.ties.gathering import Gathering, Person
from firsthand.ties.interest_words import InterestCounts
from firsthand.ties.kinds import FoundBlock, FoundInterest, FoundOwner, FoundTie, TieKind
from firsthand.ties.x_records import (
    Account,
    Conversation,
    Hashtag,
    ListRow,
    NameChange,
    Post,
    Somebody,
    exact_id,
    is_inexact,
    reposted_name,
    screen_name,
    seconds,
)

_ENOUGH_REPLIES = 20


class XTies:
    """Takes the records in any order, but the owner's first; then gives what was found."""

    def __init__(self) -> None:
        self.skipped = 0
        self.owner_id: int | None = None
        self.owner_name: str | None = None
        self._aliases: dict[str, str] = {}
        self._blocked: set[int] = set()
        self._gathering = Gathering(Network.X)
        self.interests = InterestCounts()
        self._posts: set[int] = set()
        self._answered: dict[Person, list[int]] = {}

    @property
    def unresolved(self) -> int:
        return self._gathering.unresolved

    def read_owner(self, account: Account) -> None:
        self.owner_id = exact_id(account.account_id) or self.owner_id
        self.owner_name = screen_name(account.username) or self.owner_name

    def read_name_change(self, change: NameChange) -> None:
        for text in (change.changed_from, change.changed_to):
            if name := screen_name(text):
                self._aliases[name.lower()] = name

    def read_listed(self, row: ListRow) -> None:
        """Of ``following.js``, ``follower.js``, ``block.js`` and ``mute.js``."""
        known = False
        for account, kind in (
            (row.following, TieKind.FOLLOWS),
            (row.follower, TieKind.FOLLOWED_BY),
            (row.blocking, None),
            (row.muting, None),
        ):
            if account and (stable_id := exact_id(account.account_id)):
                known = True
                if kind:
                    self._gathering.add_listed(stable_id, kind)
                else:
                    self._blocked.add(stable_id)
        self.skipped += not known

    def read_conversation(self, conversation: Conversation) -> None:
        for event in conversation.messages or ():
            message = event and event.message_create
            if not message:
                continue  # a reaction, a call
            sender, recipient = exact_id(message.sender_id), exact_id(message.recipient_id)
            if sender and recipient and self.owner_id in {sender, recipient}:
                partner = recipient if sender == self.owner_id else sender
                self._gathering.add(partner, TieKind.MESSAGED, seconds(message.created_at))
            else:
                self.skipped += 1

    def read_post(self, post: Post) -> None:
        number = exact_id(post.id_str, post.id)
        if number is None:
            self.skipped += 1
            return
        if number in self._posts:
            return  # parts of an archive may overlap
        self._posts.add(number)
        if self.owner_id is None and post.user:
            self.read_owner(Account(post.user.screen_name, post.user.id_str or post.user.id))
        at = seconds(post.created_at)
        listed = (post.entities and post.entities.user_mentions) or ()
        mentioned = [somebody for somebody in listed if somebody]
        people = self._people_of(mentioned, at)
        if reposted := self._reposted(post, mentioned, at):
            self._gathering.add(reposted, TieKind.REPOSTED, at)
            return
        self.interests.add(tag.text for tag in _hashtags(post) if tag and tag.text)
        answered = self._answered_by(post, mentioned, at)
        if answered is not None:
            people -= {answered, (post.in_reply_to_screen_name or "").lower()}
            self._gathering.add(answered, TieKind.REPLIED, at)
        for person in people:
            self._gathering.add(person, TieKind.MENTIONED, at)

    def found(self) -> Iterable[FoundOwner | FoundBlock | FoundTie | FoundInterest]:
        self._drop_the_owner()
        if self.owner_id or self.owner_name:
            own = (self.owner_name or "").lower()
            aliases = [name for key, name in self._aliases.items() if key != own]
            stable_id = str(self.owner_id) if self.owner_id else None
            yield FoundOwner(Network.X, self.owner_name, stable_id, aliases)
        for blocked in sorted(self._blocked):
            yield FoundBlock(Network.X, str(blocked))
        yield from self._gathering.found()
        for tag, count in self.interests.most():
            yield FoundInterest(tag, count)

    def _people_of(self, mentioned: Iterable[Somebody], at: int | None) -> set[Person]:
        people = {self._person(one.screen_name, at, one.id_str, one.id) for one in mentioned}
        return {person for person in people if person is not None}

    def _person(
        self, text: str | None, at: int | None, *ids: str | int | float | bool | None
    ) -> Person | None:
        """The id if there is one (and what it is called then), else the name, if there is one."""
        name = screen_name(text)
        if stable_id := exact_id(*ids):
            if name:
                self._gathering.learn_name(stable_id, name, at)
            return stable_id
        if is_inexact(*ids):
            self.skipped += 1
        gone = any(spelling in {-1, "-1"} for spelling in ids)
        return self._gathering.named(name) if name and not gone else None

    def _reposted(self, post: Post, mentioned: Iterable[Somebody], at: int | None) -> Person | None:
        if post.retweeted_status and (author := post.retweeted_status.user):
            return self._person(author.screen_name, at, author.id_str, author.id)
        name = reposted_name(post)
        return self._who_is(name, mentioned, at) if name else None

    def _who_is(self, name: str, mentioned: Iterable[Somebody], at: int | None) -> Person | None:
        for somebody in mentioned:
            if (somebody.screen_name or "").lower() == name.lower():
                return self._person(somebody.screen_name, at, somebody.id_str, somebody.id)
        return self._person(name, at)

    def _answered_by(
        self, post: Post, mentioned: Iterable[Somebody], at: int | None
    ) -> Person | None:
        ids = (post.in_reply_to_user_id_str, post.in_reply_to_user_id)
        name = screen_name(post.in_reply_to_screen_name)
        if name is None and ids == (None, None):
            return None
        if name and exact_id(*ids) is None:
            answered = self._who_is(name, mentioned, at)
        else:
            answered = self._person(name, at, *ids)
        if answered is not None and self.owner_id is None:
            to = exact_id(post.in_reply_to_status_id_str, post.in_reply_to_status_id)
            replies = self._answered.setdefault(answered, [])
            if to and len(replies) < _ENOUGH_REPLIES:
                replies.append(to)
        return answered

    def _drop_the_owner(self) -> None:
        """No tie to oneself. Who wrote a post that stands in this archive is its owner, too."""
        if self.owner_id:
            self._gathering.drop(self.owner_id)
        for name in (self.owner_name, *self._aliases):
            if name:
                self._gathering.drop(name.lower())
        for person, replies in self._answered.items():
            if any(post in self._posts for post in replies):
                self._gathering.drop(person)


def _hashtags(post: Post) -> Iterable[Hashtag | None]:
    return (post.entities and post.entities.hashtags) or ()
