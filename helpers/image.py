"""Show an image with its text alternative.

JupyterLab gives outputs of type `image/png` no `alt` attribute, whatever their
metadata: a screen reader finds "image" and nothing else. An `<img>` element in HTML can
have one, and it shrinks with the page, so nobody has to scroll sideways when the text
is enlarged.
"""

from __future__ import annotations

import base64
from html import escape


def show(data: bytes, alt: str, *, kind: str = "png", width: int | None = None) -> None:
    """Display an image in a notebook; print its text alternative elsewhere.

    Args:
        data: content of the image file.
        alt: description of the image in words.
        kind: `"png"` or `"gif"`.
        width: width on the page in pixels; by default the image's own width.
    """
    try:
        from IPython import get_ipython
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    if shell is None:
        print(alt)
        return
    from IPython.display import display

    display(
        {"text/html": html(data, alt, kind=kind, width=width), "text/plain": alt},
        raw=True,
    )


def html(data: bytes, alt: str, *, kind: str = "png", width: int | None = None) -> str:
    """An image as an HTML element that contains its own data."""
    size = f' width="{width}"' if width else ""
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return (
        f'<img alt="{escape(alt)}"{size} style="max-width:100%;height:auto" '
        f'src="{source}">'
    )
