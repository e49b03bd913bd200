"""What is answered where it is not about who asks, or about themselves."""

from tests.server.access.matrix import About

# What else than usual is answered where it is not about who asks, or about themselves: a page is
# there (200), an empty form refused (400), a secret that is none unknown (404).
SAYS: dict[tuple[str, str], set[int]] = {
    ("/api/v1/me", "DELETE"): {401},
    ("/api/v1/me", "PATCH"): {200},
    ("/api/v1/meetings", "POST"): {404},
    ("/api/v1/scans", "POST"): {200},
    ("/follow-ups", "PATCH"): {303},
    ("/follow-ups/as-they-were", "PUT"): {303},
    ("/follow-ups/intents", "DELETE"): {303},
    ("/me", "DELETE"): {303},
    ("/me/address-books", "POST"): {200},
    ("/me/face", "DELETE"): {303},
    ("/me/feeds", "POST"): {200},
    ("/me/identities", "POST"): {404},
    ("/me/identities/offered", "GET"): {404},
    ("/me/identities/offered", "PUT"): {404},
    ("/me/passkeys/challenge", "POST"): {200},
    ("/me/push-subscriptions", "DELETE"): {200},
    ("/me/ranking", "PUT"): {303},
    ("/me/recovery-codes", "POST"): {200},
    ("/me/reminders/mail", "PUT"): {303},
    ("/meetings", "POST"): {404},
    ("/scans", "POST"): {200, 400},
    ("/sessions", "DELETE"): {303},
    ("/sessions/others", "DELETE"): {303},
    ("/sign-in/again/challenge", "POST"): {404},
    ("/sign-in/again/mail", "POST"): {503},
    ("/carddav", "GET"): {401},
    ("/carddav", "PROPFIND"): {401},
    ("/carddav", "REPORT"): {401},
    ("/join/{code}", "POST"): {303, 404},
    ("/sign-in/link/{token}", "GET"): {200},
    ("/sign-in/link/{token}", "POST"): {400},
    ("/", "GET"): {200, 303},
    ("/.well-known/carddav", "GET"): {301},
    ("/.well-known/carddav", "PROPFIND"): {301},
    ("/.well-known/carddav", "REPORT"): {301},
    ("/.well-known/security.txt", "GET"): {404},
    ("/B/{token}", "GET"): {404},
    ("/api/{path}", "GET"): {404},
    ("/b/{token}", "GET"): {404},
    ("/b/{token}/removal", "POST"): {404},
    ("/metrics", "GET"): {404},
    ("/session", "DELETE"): {303},
    ("/sign-in", "GET"): {200, 303},
    ("/sign-in/code", "GET"): {303},
    ("/sign-in/passkey/challenge", "POST"): {200},
    ("/sign-in/recovery", "GET"): {200, 303},
    ("/sign-in/with/{provider}", "POST"): {404},
    ("/sign-in/with/{provider}/back", "GET"): {404},
    ("/static/{name}", "GET"): {404},
}


def expected(about: About, path: str, method: str) -> set[int]:
    if (path, method) in SAYS:
        return SAYS[path, method]
    if about is About.LINK:
        return {404}
    return {200} if method == "GET" else {400}
