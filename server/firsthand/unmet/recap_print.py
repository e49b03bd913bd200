"""Makes a recap to keep; run as a child process, so that the server's other answers never wait.

    python -m firsthand.unmet.recap_print --as pdf

reads a RecapSheet as JSON and writes the file to standard output: all pages as a PDF, or the first
as a picture (PNG, 150 dots an inch).
"""

import argparse
import io
import sys

import msgspec

from firsthand.unmet.recap_sheet import RecapSheet, draw_recap

DOTS_AN_INCH = 150


def pdf_of(sheet: RecapSheet) -> bytes:
    file = io.BytesIO()
    draw_recap(sheet, file)
    return file.getvalue()


def png_of(sheet: RecapSheet) -> bytes:
    # Only here: whoever wants the PDF need not wait until it is loaded.
    import pypdfium2  # type: ignore[import-untyped]  # publishes no types

    document = pypdfium2.PdfDocument(pdf_of(sheet))
    try:
        drawn = document[0].render(scale=DOTS_AN_INCH / 72).to_pil()
    finally:
        document.close()
    file = io.BytesIO()
    drawn.save(file, "PNG", optimize=True, dpi=(DOTS_AN_INCH, DOTS_AN_INCH))
    return file.getvalue()


def main(arguments: list[str] | None = None) -> None:
    """The child process; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m firsthand.unmet.recap_print")
    parser.add_argument("--as", dest="kind", choices=("pdf", "png"), required=True)
    kind = parser.parse_args(arguments).kind
    sheet = msgspec.json.decode(sys.stdin.buffer.read(), type=RecapSheet)
    sys.stdout.buffer.write(png_of(sheet) if kind == "png" else pdf_of(sheet))


if __name__ == "__main__":
    main()
