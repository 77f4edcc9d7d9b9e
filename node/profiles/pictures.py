"""Pictures that somebody uploads, drawn anew: nothing of the file that came is kept.

Pillow is loaded when the first picture comes, so that a node where nobody changes theirs stays
small.
"""

import io
import warnings

from node.profiles.model import BadPicture

MOST_BYTES = 900_000
MOST_PIXELS = 3_000 * 3_000
SIDE = 256
_FORMATS = ("PNG", "JPEG", "WEBP")
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")


def drawn(data: bytes) -> bytes:
    """Return a square WebP of the middle of a picture, without what the file told besides.

    Raises `BadPicture`. Of something that moves, the first picture is taken.
    """
    if len(data) > MOST_BYTES:
        raise BadPicture(f"it has more than {MOST_BYTES // 1000} kB")
    if not data.startswith(_STARTS):
        raise BadPicture("it is no PNG, JPEG or WebP")
    try:
        return _drawn(data)
    except BadPicture:
        raise
    except Exception as fault:
        raise BadPicture("it cannot be read") from fault


def _drawn(data: bytes) -> bytes:
    from PIL import Image, ImageOps  # noqa: PLC0415  see above

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
            width, height = found.size
            if width * height > MOST_PIXELS:
                raise BadPicture(f"it is too large, {width} by {height}")
            upright = ImageOps.exif_transpose(found.convert("RGBA"))
    square = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    fresh = Image.new("RGBA", square.size)  # knows nothing of where it was taken
    fresh.paste(square)
    out = io.BytesIO()
    fresh.save(out, "WEBP", quality=86, method=4)
    return out.getvalue()
