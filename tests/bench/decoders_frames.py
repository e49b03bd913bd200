"""Seeded camera frames of a badge: what the decoders are measured on.

A frame is 1280 x 720, as the scanner asks the camera for. The badge (a name, and an upper-case
badge address as a QR code of version 3, error correction M, on 80 % of its width) is projected at
twice that size and averaged down, as a sensor does; then come the lens, the light and the noise.
"""

from __future__ import annotations

import functools
import io
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from firsthand.badges.codes import badge_address, new_token
from tests.browser.fake_camera import FLOOR, FRAME, INK, PAPER, qr_image

CONDITIONS = ("rotated", "tilted", "blurred", "dim", "glared", "combined")
WIDTHS = (0.15, 0.30)
FRAMES_PER_SECOND = 15
OVERSAMPLED = 2
_TEXTURE = 740

Plane = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shot:
    """How one frame is taken. Angles in degrees, lengths in pixels of the frame."""

    code: str
    width: float
    turn: float = 0
    yaw: float = 0
    pitch: float = 0
    x: float = 0
    y: float = 0
    blur: float = 0.5
    motion: float = 0
    motion_angle: float = 0
    light: float = 1
    noise: float = 2
    glare: float = 0
    glare_x: float = 0
    glare_y: float = 0
    glare_size: float = 0.3
    seed: int = 0


def badge_code(chance: random.Random) -> str:
    token = "".join(chance.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in new_token())
    return badge_address("https://firsthand.example", token)


def shot(condition: str, width: float, chance: random.Random) -> Shot:
    """A frame of the condition, with how bad it is drawn at random."""

    def sign() -> int:
        return chance.choice((-1, 1))

    still = Shot(
        badge_code(chance),
        width,
        turn=chance.uniform(-8, 8),
        x=chance.uniform(-0.08, 0.08) * FRAME[0],
        y=chance.uniform(-0.06, 0.06) * FRAME[1],
        seed=chance.randrange(2**31),
    )
    rotated = {"turn": chance.uniform(0, 360)}
    # A module of the small badge has four pixels: at 50 degrees two and a half are left of them.
    most = 50 if width < 0.2 else 62
    tilted = {"yaw": sign() * chance.uniform(30, most), "pitch": sign() * chance.uniform(0, 25)}
    blurred = {
        "blur": chance.uniform(1.2, 2.5) * (1 if width < 0.2 else 1.8),
        "motion": chance.uniform(0, 4) * (1 if width < 0.2 else 2),
        "motion_angle": chance.uniform(0, 180),
    }
    dim = {"light": chance.uniform(0.06, 0.22), "noise": chance.uniform(2.5, 6)}
    glared = {
        "glare": chance.uniform(0.6, 1.3),
        "glare_x": chance.uniform(-0.4, 0.4),
        "glare_y": chance.uniform(-0.4, 0.4),
        "glare_size": chance.uniform(0.15, 0.4),
    }
    combined = {
        **rotated,
        "yaw": sign() * chance.uniform(10, 35),
        "pitch": sign() * chance.uniform(0, 20),
        "blur": chance.uniform(0.6, 1.2) * (1 if width < 0.2 else 1.6),
        "light": chance.uniform(0.15, 0.5),
        "noise": chance.uniform(2, 5),
        **glared,
        "glare": chance.uniform(0.3, 0.8),
    }
    drawn: dict[str, dict[str, Any]] = {
        "rotated": rotated,
        "tilted": tilted,
        "blurred": blurred,
        "dim": dim,
        "glared": glared,
        "combined": combined,
    }
    return replace(still, **drawn[condition])


def clip(first: Shot, seconds: float = 2) -> Iterator[Shot]:
    """The same badge in a hand: it sways, the focus hunts, the light wanders over it."""
    chance = random.Random(first.seed)
    phases = [chance.uniform(0, math.tau) for _ in range(8)]
    for index in range(round(seconds * FRAMES_PER_SECOND)):
        at = index / FRAMES_PER_SECOND
        sway = [math.sin(phase + at * (2 + which)) for which, phase in enumerate(phases)]
        yaw, pitch = 5 * sway[3], 5 * sway[4]
        yield replace(
            first,
            x=first.x + 8 * sway[0],
            y=first.y + 6 * sway[1],
            turn=first.turn + 2 * sway[2],
            yaw=first.yaw + yaw,
            pitch=first.pitch + pitch,
            blur=first.blur * (1 + 0.25 * sway[5]),
            motion=first.motion * abs(sway[6]),
            # A mirror image turns by twice the mirror's angle: a tenth of a badge for each degree,
            # at arm's length.
            glare_x=first.glare_x + yaw / 10,
            glare_y=first.glare_y + pitch / 10,
            seed=first.seed + index + 1,
        )


def render(shot: Shot) -> Image.Image:
    """The frame as a greyscale picture."""
    chance = np.random.default_rng(shot.seed)
    scene = _projected(shot)
    scene = scene.resize(FRAME, Image.Resampling.BOX)
    scene = scene.filter(ImageFilter.GaussianBlur(shot.blur))
    light = np.asarray(scene, dtype=np.float32)
    if shot.motion >= 1:
        light = _moved(light, shot.motion, math.radians(shot.motion_angle))
    light = light * shot.light
    if shot.glare:
        light = light + _glare(shot)
    light = light + shot.noise * chance.standard_normal(light.shape, dtype=np.float32)
    return Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))


def bitmap(shot: Shot) -> bytes:
    """The frame as a BMP file, which costs nothing to pack and unpack."""
    file = io.BytesIO()
    render(shot).save(file, "BMP")
    return file.getvalue()


@functools.lru_cache(4)
def _badge(code: str) -> Image.Image:
    badge = Image.new("L", (_TEXTURE, round(_TEXTURE * 1.4)), PAPER)
    draw = ImageDraw.Draw(badge)
    eighth = _TEXTURE // 8
    draw.rectangle((eighth, eighth, eighth * 7, eighth * 2), INK)
    draw.rectangle((eighth, round(eighth * 2.3), eighth * 5, round(eighth * 2.8)), INK + 60)
    badge.paste(qr_image(code, round(_TEXTURE * 0.8)), (_TEXTURE // 10, round(_TEXTURE * 0.45)))
    return badge


def _projected(shot: Shot) -> Image.Image:
    """The badge in front of a hall, in the oversampled frame; its code is near the middle."""
    badge = _badge(shot.code)
    across = FRAME[0] * OVERSAMPLED * shot.width
    scale = across / badge.width
    # Half the badge's size around the code's middle, which is what a person aims at.
    half = badge.width / 2 * scale
    middle = _TEXTURE * 0.85
    above, below = -middle * scale, (badge.height - middle) * scale
    corners = [(-half, above), (half, above), (half, below), (-half, below)]
    away = 3.0 * FRAME[0] * OVERSAMPLED * 0.3
    turn, yaw, pitch = (math.radians(angle) for angle in (shot.turn, shot.yaw, shot.pitch))
    placed = []
    for x, y in corners:
        x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        x, depth = x * math.cos(yaw), x * math.sin(yaw)
        y, depth = y * math.cos(pitch) - depth * math.sin(pitch), y * math.sin(pitch) + depth
        near = away / (away + depth)
        placed.append(
            (
                FRAME[0] * OVERSAMPLED / 2 + shot.x * OVERSAMPLED + x * near,
                FRAME[1] * OVERSAMPLED / 2 + shot.y * OVERSAMPLED + y * near,
            )
        )
    # Only the part of the frame where the badge is needs the work.
    left, top = (max(0, math.floor(min(at))) for at in zip(*placed, strict=True))
    size = (
        min(FRAME[0] * OVERSAMPLED, math.ceil(max(x for x, _ in placed))) - left,
        min(FRAME[1] * OVERSAMPLED, math.ceil(max(y for _, y in placed))) - top,
    )
    inside = [(x - left, y - top) for x, y in placed]
    whole = [(0, 0), (badge.width, 0), badge.size, (0, badge.height)]
    coefficients = _homography(inside, [(float(x), float(y)) for x, y in whole])
    method, resample = Image.Transform.PERSPECTIVE, Image.Resampling.BILINEAR
    seen = badge.transform(size, method, coefficients, resample)
    mask = Image.new("L", badge.size, 255).transform(size, method, coefficients, resample)
    hall = Image.new("L", (FRAME[0] * OVERSAMPLED, FRAME[1] * OVERSAMPLED), FLOOR)
    hall.paste(seen, (left, top), mask)
    return hall


def _homography(
    frame: list[tuple[float, float]], texture: list[tuple[float, float]]
) -> tuple[float, ...]:
    """The eight numbers with which Pillow finds each frame pixel's place in the texture."""
    rows, values = [], []
    for (x, y), (u, v) in zip(frame, texture, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(values)))


def _moved(light: Plane, length: float, angle: float) -> Plane:
    steps = max(2, round(length) + 1)
    total = np.zeros_like(light)
    for step in np.linspace(-length / 2, length / 2, steps):
        shift = (round(step * math.sin(angle)), round(step * math.cos(angle)))
        total += np.roll(light, shift, (0, 1))
    total /= steps
    return total


def _glare(shot: Shot) -> Plane:
    """A soft lamp's reflection on the badge; its place and size in badge widths."""
    across = FRAME[0] * shot.width
    rows, columns = np.ogrid[: FRAME[1], : FRAME[0]]
    x = columns - (FRAME[0] / 2 + shot.x + shot.glare_x * across)
    y = rows - (FRAME[1] / 2 + shot.y + shot.glare_y * across)
    spot = np.exp(-(x**2 + y**2) / (2 * (shot.glare_size * across) ** 2))
    return np.asarray(shot.glare * 255 * spot)
