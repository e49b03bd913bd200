"""Videos of badges, for Chromium's fake camera (--use-file-for-fake-video-capture)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw
from qrcode.constants import ERROR_CORRECT_M

FRAME = (1280, 720)
PAPER, INK, FLOOR = 245, 15, 90


def qr_image(code: str, side: int) -> Image.Image:
    """A greyscale square of about ``side`` pixels with its quiet zone."""
    qr = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, box_size=1)
    qr.add_data(code)
    qr.make(fit=True)
    modules = qr.get_matrix()
    image = Image.new("L", (len(modules), len(modules)), PAPER)
    image.putdata([INK if dark else PAPER for row in modules for dark in row])
    return image.resize((side, side), Image.Resampling.NEAREST)


def badge_frame(code: str | None, width: float = 0.3, degrees: float = 0) -> Image.Image:
    """One 720p frame: a badge that takes ``width`` of its width, or an empty hall for None."""
    frame = Image.new("L", FRAME, FLOOR)
    if code is None:
        return frame
    across = round(FRAME[0] * width)
    badge = Image.new("L", (across, round(across * 1.4)), PAPER)
    ImageDraw.Draw(badge).rectangle((across // 8, across // 8, across * 7 // 8, across // 5), INK)
    badge.paste(qr_image(code, round(across * 0.8)), (across // 10, round(across * 0.4)))
    mask = Image.new("L", badge.size, 255).rotate(degrees, expand=True)
    turned = badge.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=FLOOR)
    corner = ((FRAME[0] - turned.width) // 2, (FRAME[1] - turned.height) // 2)
    frame.paste(turned, corner, mask)
    return frame


def write_video(
    path: Path, shots: Iterable[tuple[Image.Image, float]], frames_per_second: int = 10
) -> Path:
    """Write a y4m file that shows each frame for its seconds; Chromium plays it in a loop.

    Format: a text header, then for each frame ``FRAME`` and the planes Y, U, V of 4:2:0; a grey
    picture has 128 in both colour planes. https://wiki.multimedia.cx/index.php/YUV4MPEG2
    """
    width, height = FRAME
    grey = bytes([128]) * (width * height // 2)
    with path.open("wb") as file:
        header = f"YUV4MPEG2 W{width} H{height} F{frames_per_second}:1 Ip A1:1 C420jpeg\n"
        file.write(header.encode())
        for frame, seconds in shots:
            picture = b"FRAME\n" + frame.tobytes() + grey
            for _ in range(round(seconds * frames_per_second)):
                file.write(picture)
    return path


def chromium_arguments(video: Path | None) -> list[str]:
    """Arguments for a Chromium whose camera shows the video, without asking; None: no camera."""
    arguments = [
        "--no-sandbox",
        "--disable-background-networking",
        "--use-fake-ui-for-media-stream",
    ]
    if video is None:
        return [*arguments, "--use-fake-device-for-media-stream=device-count=0"]
    return [
        *arguments,
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
    ]
