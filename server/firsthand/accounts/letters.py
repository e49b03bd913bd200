"""What is mailed about signing in: codes, and what has changed."""

from firsthand.accounts.signing_in import CODE_LASTS
from firsthand.mail import Mailer, MailNotSent


def readable_code(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


def code_letter(code: str, base_url: str) -> tuple[str, str]:
    """Subject and text."""
    shown, minutes = readable_code(code), CODE_LASTS.seconds // 60
    return f"{shown} is your code", (
        f"Hello,\n\n{shown} is your code to sign in to Firsthand.\n"
        f"Type it into the page where you asked for it. It works once, for {minutes} minutes.\n\n"
        "You did not ask for it? Then do nothing: without this code nobody gets in.\n\n"
        f"{base_url}\n"
    )


async def tell_of_change(mailer: Mailer, email: str, what: str, base_url: str) -> None:
    """A change of the ways to sign in, to whoever reads the account's mail. ``what`` is a sentence.

    As well as can be: the change itself is done, also where no mail goes out.
    """
    subject = what.rstrip(".")
    text = (
        f"Hello,\n\n{what}\n\nWas it you? Then there is nothing to do.\n\n"
        f"It was not you? Open {base_url}/me, sign out everywhere, remove the passkeys and "
        "unlink the accounts that you do not know, and make new recovery codes.\n"
    )
    try:
        await mailer.send(email, subject, text)
    except MailNotSent:
        # The mailer has logged why.
        return
