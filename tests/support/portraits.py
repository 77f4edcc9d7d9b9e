"""Pictures that people upload."""

import io

from PIL import Image


def a_picture(form="PNG", size=(40, 30), colour=(200, 10, 10), **more):
    """The bytes of a picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **more)
    return out.getvalue()
