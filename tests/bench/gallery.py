"""Every component with sample data on one page, as pictures to look at.

    python tests/bench/gallery.py [FOLDER]

writes the pages as HTML files which need nothing beside them, and screenshots of each at phone and
desktop size, light and dark. Needs the browser's part built (web/built) and Chromium. No server.
"""

import base64
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, sync_playwright

from firsthand import rings

ROOT: Final = Path(__file__).parents[2]
BUILT: Final = ROOT / "web" / "built"
PAGES: Final = Path(__file__).parent / "gallery"
SIZES: Final = {"phone": (390, 844), "desktop": (1280, 800), "narrow": (320, 640)}
SCHEMES: Final = ("light", "dark")

PEOPLE: Final = [
    ("Fenna Wouters", "online", True, "You replied 14 times, last in March"),
    ("Kerry Calloway", "online", True, "Follow each other on Mastodon since 2019"),
    ("山田太郎", "spoken", True, "You spoke by phone in June"),
    ("Wolfeschlegelsteinhausenbergerdorff", "met", False, "Call about the pilot · met yesterday"),
    ("محمد الأحمد", "met", True, "Introduce to Kerry Calloway · met at 10:42"),
    ("Łucja Šimůnková", "followed-up", True, "Sent the salary survey, she answered"),
    ("Ana Oliveira", "met-again", True, "Coffee in Exeter, and here again today"),
    ("🦊 Pat", "new", False, "Talent lead, Harbour Labs"),
]


def published(name: str) -> Path:
    """The built file that a template's name stands for."""
    return BUILT / str(json.loads((BUILT / "manifest.json").read_text())[name])


def inlined_css() -> str:
    """The style sheets as one text, fonts inside; from the source, so that nothing is stale."""
    css = (ROOT / "web/css/app.css").read_text()
    css = re.sub(
        r'@import "\./([a-z]+\.css)";', lambda found: (ROOT / "web/css" / found[1]).read_text(), css
    )

    def font(found: re.Match[str]) -> str:
        content = base64.b64encode(published(found[1]).read_bytes()).decode()
        return f'url("data:font/woff2;base64,{content}")'

    return re.sub(r'url\("\./([a-z-]+\.woff2)"\)', font, css)


def sprite() -> str:
    """The icons to stand in the page: a file's page may not refer to another file's symbols."""
    drawing = published("sprite.svg").read_text()
    return drawing.replace("<svg ", '<svg width="0" height="0" aria-hidden="true" ', 1)


def render(name: str, viewer: dict[str, str] | None) -> str:
    """One page of the gallery as HTML that needs nothing beside it."""
    environment = Environment(
        loader=FileSystemLoader([PAGES, ROOT / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(
        asset=lambda wanted: "" if wanted == "sprite.svg" else "#", rings=rings
    )
    context: dict[str, Any] = {
        "viewer": viewer,
        "event": {"slug": "by-the-sea", "name": "Recruiters by the Sea"} if viewer else None,
        "people": PEOPLE,
        "squares": [
            (x, y) for x in range(25) for y in range(25) if (x * y + x * x + 3 * y) % 5 < 2
        ],
    }
    if name == "error":
        template = environment.get_template("error.html")
        context |= {"title": "Nothing here", "status": 404}
        context["detail"] = "There is nothing here, or it is not yours."
    else:
        template = environment.get_template(f"{name}.html")
    html = template.render(context)
    html = re.sub(r"<(link|script)[^>]*#[^>]*>(</script>)?", "", html)
    html = html.replace("</head>", f"<style>{inlined_css()}</style></head>")
    return html.replace("</body>", f"{sprite()}</body>")


def picture(browser: Browser, page_file: Path, folder: Path) -> list[str]:
    """Takes the screenshots; returns what is wider than its window."""
    wide = []
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            page.goto(page_file.as_uri())
            name = f"{page_file.stem}-{size}-{scheme}"
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(name)
            if size != "desktop":
                # As high as its content, so that the bar stands below all of it.
                tall = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": max(height, tall)})
            page.screenshot(path=folder / f"{name}.png")
            page.close()
    return wide


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="gallery-"))
    folder.mkdir(parents=True, exist_ok=True)
    viewer = {"name": "Mira Andersen", "account_id": "1"}
    wide: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for name in ["error", *sorted(path.stem for path in PAGES.glob("[!_]*.html"))]:
            signed_out = name in {"error", "landing", "signin"}
            page_file = folder / f"{name}.html"
            page_file.write_text(render(name, None if signed_out else viewer))
            wide += picture(browser, page_file, folder)
        browser.close()
    print(folder)
    if wide:
        sys.exit(f"Wider than the window: {', '.join(wide)}")


if __name__ == "__main__":
    main()
