"""Proves handles: what to look for, what to keep of it, and when to look again.

Looking takes seconds and happens outside any transaction; before it and after it stands a verb.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.models import Account
from firsthand.db import Database, now
from firsthand.handles.keeping import HANDLE_PROVEN, MATCH_ACCOUNT, own_stable_id
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.handles.parsing import ParsedHandle, profile_url
from firsthand.outbox import enqueue
from firsthand.problems import Invalid, NotFound, TooMany
from firsthand.proofs.codes import new_code
from firsthand.proofs.guarded_fetch import NotFetched
from firsthand.proofs.looking import PROVABLE, Evidence, Looker, Method, Sought
from firsthand.proofs.models import HandleProof, ProofPage

_BETWEEN_CHECKS = timedelta(seconds=10)
_AGAIN_AFTER = timedelta(days=7)
_SOON_AGAIN = timedelta(days=1)
# A page may be edited for an hour, and a server be away for a week.
_MISSED_FOR = timedelta(hours=20)
_AWAY_FOR = timedelta(days=14)
_MOST_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Question:
    """Whether this handle is this account's."""

    account_id: UUID
    handle_id: UUID
    handle: ParsedHandle
    sought: Sought


@dataclass(frozen=True, slots=True)
class Answer:
    """``evidence``, or why there is none; ``unreachable``: nobody could look."""

    evidence: Evidence | None
    problem: str = ""
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class OwnProfiles:
    """What the public proof page shows."""

    name: str
    profiles: Sequence[tuple[Network, str]]


def prove(db: Database, looker: Looker, account_id: UUID, handle_id: UUID, base_url: str) -> None:
    """Look now; ten seconds at most. Raises NotFound, Invalid, TooMany."""
    question = db.write_now(ask, account_id, handle_id, base_url)
    db.write_now(keep_answer, question, answer(looker, question), first=True)


def ask(session: Session, account_id: UUID, handle_id: UUID, base_url: str) -> Question:
    """From now on the proof page links to this handle. Raises NotFound, Invalid, TooMany."""
    handle = session.get(Handle, handle_id)
    if handle is None or handle.account_id != account_id:
        raise NotFound
    if handle.network not in PROVABLE:
        label = Network(handle.network).label
        raise Invalid(f"{label} shows profiles only to who is signed in there.")
    proof = session.get(HandleProof, handle_id, with_for_update=True)
    if proof is None:
        session.add(HandleProof(handle_id=handle_id, account_id=account_id))
    elif now() - proof.checked_at < _BETWEEN_CHECKS:
        raise TooMany("We have just looked. Try again in a few seconds.")
    else:
        proof.checked_at = now()
    session.flush()
    return _question(session, handle, base_url)


def answer(looker: Looker, question: Question) -> Answer:
    """Looks: no transaction is open meanwhile."""
    try:
        evidence = looker.look(question.handle, question.sought)
    except NotFetched as failure:
        return Answer(None, str(failure), unreachable=not failure.gone)
    if evidence is None and question.sought.signed_in_as:
        return Answer(None, "Who signed in there is called otherwise now.")
    if evidence is None:
        return Answer(None, "There is no link to your proof page, and not your code either.")
    return Answer(evidence)


def keep_answer(
    session: Session, question: Question, answer: Answer, *, first: bool = False
) -> None:
    """The handle counts as proven, or no longer. What its account has removed stays removed."""
    proof = session.get(HandleProof, question.handle_id)
    handle = session.get(Handle, question.handle_id)
    if proof is None or handle is None:
        return
    moment = now()
    proof.problem = answer.problem
    if answer.evidence:
        proof.method, proof.evidence = answer.evidence.method, answer.evidence.where
        proof.failed_since = None
        if handle.verified_at is None:
            words = f"{Network(handle.network).label}, {handle.name}"
            note(session, question.account_id, Act.HANDLE_PROVEN, words)
            handle.verified_at = moment
        if answer.evidence.stable_id:
            own_stable_id(session, question.account_id, question.handle, answer.evidence.stable_id)
        enqueue(session, MATCH_ACCOUNT, question.account_id)
        enqueue(session, HANDLE_PROVEN, question.account_id)
        return
    if answer.unreachable and question.sought.signed_in_as:
        # Some servers tell nobody who is not signed in: that is no sign of a change.
        return
    proof.failed_since = proof.failed_since or moment
    patience = _AWAY_FOR if answer.unreachable else _MISSED_FOR
    if (first and not answer.unreachable) or moment - proof.failed_since >= patience:
        handle.verified_at = None


def withdraw(session: Session, account_id: UUID, handle_id: UUID) -> None:
    """The handle is the account's own word only, and off the proof page. Raises NotFound."""
    proof = session.get(HandleProof, handle_id)
    handle = session.get(Handle, handle_id)
    if proof is None or handle is None or proof.account_id != account_id:
        raise NotFound
    handle.verified_at = None
    session.delete(proof)


def prove_by_sign_in(
    session: Session, account_id: UUID, handle_id: UUID, stable_id: str | None, evidence: str
) -> None:
    """The account's owner has just signed in to the network with this handle.

    ``evidence``: the address that tells programs what the same person is called there. What is
    proven by its page stays so: that is looked at again, and stands on the proof page.
    """
    handle = session.get(Handle, handle_id)
    if handle is None or handle.account_id != account_id:
        return
    proof = session.get(HandleProof, handle_id)
    if proof is None:
        proof = HandleProof(handle_id=handle_id, account_id=account_id)
        session.add(proof)
    if handle.verified_at is None or proof.failed_since is not None:
        proof.method, proof.evidence, proof.problem = Method.SIGN_IN, evidence, ""
        proof.checked_at, proof.failed_since = now(), None
    handle.verified_at = handle.verified_at or now()
    if stable_id:
        parsed = ParsedHandle(Network(handle.network), handle.name)
        own_stable_id(session, account_id, parsed, stable_id)
    enqueue(session, MATCH_ACCOUNT, account_id)
    enqueue(session, HANDLE_PROVEN, account_id)


def is_by_sign_in(session: Session, account_id: UUID, handle_id: UUID) -> bool:
    """Whether a sign-in proves the handle, or did; no longer once the proof was withdrawn."""
    proof = session.get(HandleProof, handle_id)
    return proof is not None and proof.account_id == account_id and proof.method == Method.SIGN_IN


def withdraw_sign_in(session: Session, account_id: UUID, handle_id: UUID) -> None:
    """The handle is the account's own word only, unless its page proves it."""
    if is_by_sign_in(session, account_id, handle_id):
        withdraw(session, account_id, handle_id)


def recheck(db: Database, looker: Looker, base_url: str) -> None:
    """Look again at some of the proofs that nobody has looked at for a week."""
    for question in db.write_now(take_due, base_url, now()):
        db.write_now(keep_answer, question, answer(looker, question))


def take_due(session: Session, base_url: str, moment: datetime) -> list[Question]:
    """Taken once, whatever the number of replicas: who takes them has looked, for the others."""
    found = session.execute(
        select(HandleProof, Handle)
        .join(Handle, Handle.id == HandleProof.handle_id)
        .where(
            Handle.verified_at.is_not(None),
            HandleProof.checked_at < moment - _SOON_AGAIN,
            (HandleProof.checked_at < moment - _AGAIN_AFTER)
            | HandleProof.failed_since.is_not(None),
        )
        .order_by(HandleProof.checked_at)
        .limit(_MOST_AT_ONCE)
        .with_for_update(skip_locked=True, of=HandleProof)
    ).all()
    for proof, _ in found:
        proof.checked_at = moment
    return [_question(session, handle, base_url, proof) for proof, handle in found]


def proofs_of(session: Session, account_id: UUID) -> dict[UUID, HandleProof]:
    """By handle."""
    found = session.scalars(select(HandleProof).where(HandleProof.account_id == account_id))
    return {proof.handle_id: proof for proof in found}


def _code_of(session: Session, account_id: UUID) -> str:
    """The code of the account's own proof page, made when first asked for."""
    page = session.get(ProofPage, account_id)
    if page is None:
        page = ProofPage(account_id=account_id, code=new_code())
        session.add(page)
        session.flush()
    return page.code


def proof_code(session: Session, account_id: UUID) -> str | None:
    """The code of the account's proof page, if it has one."""
    return session.scalar(select(ProofPage.code).where(ProofPage.account_id == account_id))


def own_profiles(session: Session, code: str) -> OwnProfiles:
    """What the page of this code shows to everybody. Raises NotFound."""
    row = session.execute(
        select(ProofPage.account_id, Account.name)
        .join(Account, Account.id == ProofPage.account_id)
        .where(ProofPage.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound
    handles = session.execute(
        select(Handle.network, Handle.name)
        .join(HandleProof, HandleProof.handle_id == Handle.id)
        .where(HandleProof.account_id == row.account_id, HandleProof.method != Method.SIGN_IN)
        .order_by(Handle.id)
    )
    return OwnProfiles(row.name, [(Network(network), name) for network, name in handles])


def _question(
    session: Session, handle: Handle, base_url: str, proof: HandleProof | None = None
) -> Question:
    """``proof``: what is to be found again; else whatever proves it."""
    account_id = handle.account_id
    if account_id is None:
        raise NotFound
    code = _code_of(session, account_id)
    websites = session.scalars(
        select(Handle.name).where(
            Handle.account_id == account_id,
            Handle.network == Network.WEBSITE,
            Handle.verified_at.is_not(None),
            Handle.id != handle.id,
        )
    )
    sought = Sought(
        page=f"{base_url}/proof/{code}",
        code=code,
        websites=[profile_url(Network.WEBSITE, name) for name in websites],
        signed_in_as=proof.evidence if proof and proof.method == Method.SIGN_IN else "",
    )
    parsed = ParsedHandle(Network(handle.network), handle.name)
    return Question(account_id, handle.id, parsed, sought)
