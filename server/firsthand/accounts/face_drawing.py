"""Makes the small picture out of what somebody sent; run as a child process of few rights.

    python -m firsthand.accounts.face_drawing < sent > small.jpg

ends with 0 and a JPEG of SIDE by SIDE pixels, or with REFUSED and a sentence that says why. Only
the pixels go over: no place, no camera, no time, nothing that was hidden in the file.
"""

import io
import resource
import sys
import warnings

from PIL import Image, ImageOps

SIDE = 256
LARGEST_FILE = 8_000_000
REFUSED = 3
_MOST_PIXELS = 50_000_000
_QUALITY = 85
_MEMORY = 1_500_000_000
_PROCESSOR_SECONDS = 20
UNREADABLE = "This picture could not be read. Send a PNG, JPEG or WebP."
TOO_MANY_PIXELS = "This picture has too many pixels. Make it smaller, and send it again."


class NoFace(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """It cannot be used; the message says why."""


def small_picture(sent: bytes) -> bytes:
    """Raises NoFace."""
    try:
        with Image.open(io.BytesIO(sent), formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise NoFace(TOO_MANY_PIXELS)
            # Of a JPEG, which can: read no more than is needed.
            picture.draft("RGB", (4 * SIDE, 4 * SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except NoFace:
        raise
    except MemoryError:
        raise NoFace(TOO_MANY_PIXELS) from None
    except Exception:  # whatever the decoders make of broken files
        raise NoFace(UNREADABLE) from None
    small = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    drawn = Image.new("RGB", small.size, "white")
    drawn.paste(small, mask=small)
    file = io.BytesIO()
    drawn.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()


def main() -> None:
    """The child process; see the module's docstring."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    # Its own limit on pixels stands above; a warning of the library's would only be noise.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    sent = sys.stdin.buffer.read(LARGEST_FILE + 1)
    try:
        sys.stdout.buffer.write(small_picture(sent))
    except NoFace as refusal:
        print(refusal)  # noqa: T201  # to the parent
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
