"""Show an image with its text alternative.

JupyterLab gives an output of type `image/png` no `alt`, whatever its metadata say: a
screen reader finds "image" and nothing else. An `<img>` in HTML has one, and shrinks
with the page, so nothing has to be scrolled sideways when the letters are enlarged.
"""

from __future__ import annotations

import base64
from html import escape


def show(data: bytes, alt: str, *, kind: str = "png", width: int | None = None) -> None:
    """Display an image in a notebook; print its text alternative elsewhere.

    Args:
        data: the file's content.
        alt: what it shows, in words.
        kind: `"png"` or `"gif"`.
        width: in pixels on the page; as wide as the image is where left out.
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
    """An image as an element of a page, with nothing left outside."""
    size = f' width="{width}"' if width else ""
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return (
        f'<img alt="{escape(alt)}"{size} style="max-width:100%;height:auto" '
        f'src="{source}">'
    )
