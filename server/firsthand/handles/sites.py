"""Which host belongs to which network, and which hosts are none. Pure."""

import re

from firsthand.handles.networks import Network
from firsthand.handles.problem import HandleProblem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HOSTS = {
    "x.com": Network.X,
    "twitter.com": Network.X,
    "linkedin.com": Network.LINKEDIN,
    "facebook.com": Network.FACEBOOK,
    "fb.com": Network.FACEBOOK,
    "m.me": Network.FACEBOOK,
    "bsky.app": Network.BLUESKY,
    "github.com": Network.GITHUB,
    "instagram.com": Network.INSTAGRAM,
    "instagr.am": Network.INSTAGRAM,
    "threads.net": Network.THREADS,
    "threads.com": Network.THREADS,
}

# Their own fronts for phones and languages: de.linkedin.com, pt-br.facebook.com, mobile.x.com.
_FRONT = re.compile(r"(?:www|m|mobile|touch|mbasic|[a-z]{2}(?:-[a-z]{2})?)\.")

_SHORTENERS = frozenset({"t.co", "lnkd.in", "fb.me", "bit.ly", "goo.gl", "tinyurl.com", "ow.ly"})

# Sites whose profiles look like Mastodon's (/@ana, /users/ana) and are not in the Fediverse.
_NO_MASTODON = _words(
    """
    codepen.io dribbble.com hackerone.com hashnode.com hive.blog huggingface.co jsr.io kick.com
    medium.com note.com npmjs.com observablehq.com odysee.com patreon.com peerlist.io pinterest.com
    producthunt.com reddit.com replit.com stackexchange.com stackoverflow.com steemit.com
    substack.com telegram.me tiktok.com unsplash.com vimeo.com wattpad.com youtube.com
    """
)

_MAIL_HOSTS = _words(
    """
    126.com 163.com aol.com att.net bk.ru bluewin.ch bol.com.br btinternet.com comcast.net daum.net
    fastmail.com fastmail.fm free.fr freenet.de gmail.com googlemail.com hanmail.net hey.com
    icloud.com inbox.ru interia.pl laposte.net libero.it list.ru mac.com mail.com mail.ru
    mailbox.org me.com msn.com naver.com o2.pl onet.pl orange.fr pm.me posteo.de proton.me
    protonmail.com qq.com rediffmail.com rocketmail.com sapo.pt sbcglobal.net seznam.cz t-online.de
    terra.com.br tuta.com tuta.io tutanota.com uol.com.br verizon.net wanadoo.fr web.de wp.pl
    ymail.com zoho.com
    """
)
_MAIL_FAMILY = re.compile(r"(?:gmx|hotmail|live|outlook|yahoo|yandex)(?:\.[a-z]{2,3}){1,2}")

# Written bare, "ana.lima" is rather a name than a site: without https:// only these ends count,
# and those of two letters (countries, .io, .me).
_COMMON_ENDS = _words(
    """
    academy agency app art biz blog cloud club com community company consulting design dev digital
    edu email engineer engineering events expert foundation global group info international life
    live lgbt ltd media money name net network news ngo online org page partners photo photography
    pro science page services show site social software solutions space store studio systems tech
    team technology today tools ventures website wiki work works world xyz zone
    """
)


def network_of(host: str) -> Network | None:
    """Whose page the host serves; None for a site that is no known network's.

    ``host`` is in lower case and A-labels. Raises HandleProblem for a network's host that has no
    profiles, a look-alike of one, and a link shortener.
    """
    for base, network in _HOSTS.items():
        if host == base or (host.endswith(f".{base}") and _FRONT.fullmatch(host[: -len(base)])):
            return network
        if host.endswith(f".{base}"):
            raise HandleProblem(f"That page of {network.label} is not a profile.")
        if f".{base}." in f".{host}":
            raise HandleProblem(
                f"That address only looks like {network.label}'s. Type {base} yourself."
            )
    if host in _SHORTENERS:
        raise HandleProblem("That is a short link. Open it and paste the address that it leads to.")
    return None


def is_bluesky_host(host: str) -> bool:
    """Is the host itself somebody's Bluesky handle, as Bluesky hands them out?"""
    return host.endswith(".bsky.social")


def may_be_mastodon(host: str) -> bool:
    """Can a profile on this host, which is no known network's, be one of the Fediverse?"""
    return not (
        host == "bsky.social"
        or is_bluesky_host(host)
        or ".".join(host.split(".")[-2:]) in _NO_MASTODON
    )


def is_mail_host(host: str) -> bool:
    """Does this host give out e-mail addresses to everybody, and nothing else?"""
    return host in _MAIL_HOSTS or _MAIL_FAMILY.fullmatch(host) is not None


def is_commonly_a_site(host: str) -> bool:
    """Would a person take the bare host for a website's address?"""
    end = host.rpartition(".")[2]
    return len(end) == 2 or end in _COMMON_ENDS or host.startswith("www.")
