"""How a failure is told: problem details to programs, a page or a line in place to people."""

import logging
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ASGIApp, ExceptionHandlersMap, Receive, Scope, Send
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, OperationalError

from firsthand.api import answers
from firsthand.db import DatabaseUnavailable
from firsthand.forms import local_path
from firsthand.log_lines import kind_of
from firsthand.pages import Pages, see_other
from firsthand.problems import NotFresh, NotSignedIn, Refused
from firsthand.requests import asker_is_gone, judged_already, viewer_or_none

log = logging.getLogger("firsthand")
AnyRequest = Request[Any, Any, Any]

_TITLES = {
    400: ("Please check what you entered", "Something in this request cannot be understood."),
    403: ("Not allowed", "This is not allowed."),
    404: ("Not found", "There is nothing here, or it is not yours."),
    405: ("Not possible", "This cannot be done here."),
    413: ("Too large", "This is larger than what is accepted here."),
    415: ("Unknown kind of content", "This kind of content is not understood here."),
    500: ("Something broke", "That was our fault. It is noted; please try again."),
    503: ("One moment, please", "The database is busy or away. Nothing was kept; try again."),
}


def exception_handlers() -> ExceptionHandlersMap:
    return {
        Refused: _refused,
        HTTPException: _http_problem,
        DatabaseUnavailable: _unavailable,
        IntegrityError: _contradicted,
        DatabaseError: _away,
        DataError: _unreadable,
        Exception: _broken,
    }


def _refused(request: AnyRequest, refusal: Refused) -> Response[Any]:
    if is_for_programs(request):
        return answers.refused(refusal)
    if isinstance(refusal, NotSignedIn):
        return _to_sign_in(request)
    if isinstance(refusal, NotFresh):
        return _to_confirm(request)
    return _tell_person(request, refusal.status, refusal.title, refusal.detail)


def _http_problem(request: AnyRequest, problem: HTTPException) -> Response[Any]:
    status = problem.status_code
    title, detail = _TITLES.get(status, (problem.detail or "That did not work", ""))
    if is_for_programs(request):
        more: dict[str, Any] = {"errors": problem.extra} if problem.extra else {}
        answer = answers.problem(status, title, _detail(problem) or detail, **more)
    else:
        answer = _tell_person(request, status, title, detail or problem.detail)
    # Which methods there are, of one that is not.
    answer.headers.update(problem.headers or {})
    return answer


def _detail(problem: HTTPException) -> str:
    """Litestar's own words for what is wrong, without the address that was asked: the path and the
    query are the asker's.
    """
    if not isinstance(problem, ValidationException):
        return problem.detail
    wrong = problem.extra if isinstance(problem.extra, list) else []
    return "; ".join(
        ": ".join(filter(None, [each.get("key"), each.get("message")])) for each in wrong
    )


def _unavailable(request: AnyRequest, _: DatabaseUnavailable) -> Response[Any]:
    return _answer(request, 503)


def _contradicted(request: AnyRequest, problem: IntegrityError) -> Response[Any]:
    """Who has just deleted their account still uploads: for a second another replica, and whatever
    waits in line, takes them for somebody. Nothing of it was kept.
    """
    return _refused(request, NotSignedIn()) if asker_is_gone(request) else _broken(request, problem)


def _away(request: AnyRequest, problem: DatabaseError) -> Response[Any]:
    """The database does not answer, or its disk fails; every other problem with it is ours."""
    # Of a disk that cannot be read SQLite says that the database is malformed, without a class.
    if type(problem) not in {OperationalError, DatabaseError}:
        return _broken(request, problem)
    kind = kind_of(problem.orig) if problem.orig else type(problem).__name__
    log.error("%s %s: the database is away: %s", request.method, _route(request), kind)
    return _answer(request, 503)


def _unreadable(request: AnyRequest, _: DataError) -> Response[Any]:
    """PostgreSQL cannot even compare with NUL or with numbers that are too large."""
    return _answer(request, 400)


def _broken(request: AnyRequest, problem: Exception) -> Response[Any]:
    log.error("%s %s failed", request.method, _route(request), exc_info=problem)
    return _answer(request, 500)


def _route(request: AnyRequest) -> str:
    """As the route is written: in the address itself may stand what opens something."""
    return str(request.scope.get("path_template") or "an address that leads nowhere")


def _answer(request: AnyRequest, status: int) -> Response[Any]:
    title, detail = _TITLES[status]
    if is_for_programs(request):
        return answers.problem(status, title, detail)
    return _tell_person(request, status, title, detail)


def is_for_programs(request: AnyRequest) -> bool:
    return request.url.path.startswith("/api/")


def _to_sign_in(request: AnyRequest) -> Response[Any]:
    """After signing in, back to the page that was asked for (not to a form's target)."""
    back = request.url.path if request.method == "GET" else "/"
    return _go(request, f"/sign-in?next={quote(back)}", 401)


def _to_confirm(request: AnyRequest) -> Response[Any]:
    """Then back to the page that was asked for, or to the one on which the form stands."""
    back = request.url.path if request.method == "GET" else _page_of_form(request)
    page = _page_of_form(request)
    # Where it is "/me", as nearly always, the page knows by itself.
    cancel = f"&back={quote(page)}" if page != "/me" else ""
    return _go(request, f"/sign-in/again?next={quote(back)}{cancel}", 403)


def _page_of_form(request: AnyRequest) -> str:
    here = urlsplit(request.app.state.settings.base_url).netloc
    try:
        came_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/me"
    is_ours = came_from.netloc == here and not came_from.path.startswith("/sign-in")
    return local_path(came_from.path, "/me") if is_ours else "/me"


def _go(request: AnyRequest, where: str, status: int) -> Response[Any]:
    if request.headers.get("hx-request"):
        return Response(b"", status_code=status, headers={"HX-Redirect": where})
    return see_other(where)


def _tell_person(request: AnyRequest, status: int, title: str, detail: str) -> Response[Any]:
    return _Told(status, title, detail)


class _Told(Response[None]):
    """A page, or a line in place, in the frame of whoever asks.

    An address that leads nowhere has not asked who that is, and a handler of exceptions cannot wait
    for the database: so the page is put together when it is sent.
    """

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(None, status_code=status)
        self._status, self._title, self._detail = status, title, detail

    def to_asgi_response(  # type: ignore[override]  # the rest is handed on as it came
        self, *, request: AnyRequest, **more: Any
    ) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            page = await self._page(request)
            page.headers.update(self.headers)
            await page.to_asgi_response(request=request, **more)(scope, receive, send)

        return answer

    async def _page(self, request: AnyRequest) -> Response[str]:
        pages: Pages = request.app.state.pages
        said: dict[str, Any] = {"title": self._title, "detail": self._detail}
        if request.headers.get("hx-request"):
            return pages.render("_problem.html", None, status=self._status, **said)
        viewer = None
        # Where the server itself has failed, it is not asked for more.
        is_known = judged_already(request) or self._status < 500
        if is_known:
            try:
                viewer = await viewer_or_none(request)
            except (DatabaseUnavailable, DatabaseError):
                is_known = False
        return pages.render("error.html", viewer, status=self._status, is_known=is_known, **said)
