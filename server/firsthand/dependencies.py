"""What handlers ask for by name; ``app.py`` provides it."""

from litestar.di import NamedDependency

from firsthand.accounts.signing_in import Viewer
from firsthand.db import Database
from firsthand.mail import Mailer
from firsthand.pages import Pages
from firsthand.paging import Cursors
from firsthand.settings import Settings

# db: Db, settings: TheSettings, pages: ThePages, mailer: TheMailer, cursors: TheCursors
Db = NamedDependency[Database]
TheSettings = NamedDependency[Settings]
ThePages = NamedDependency[Pages]
TheMailer = NamedDependency[Mailer]
TheCursors = NamedDependency[Cursors]
# viewer: SignedIn (else 401 or the sign-in page), maybe_viewer: Anybody
SignedIn = NamedDependency[Viewer]
Anybody = NamedDependency[Viewer | None]
# fresh_viewer: FreshlySignedIn (else 403 or the page that confirms it), for what is dangerous
FreshlySignedIn = NamedDependency[Viewer]
