"""A mail as a whole: the desk's fragment, sanitised after it was filled in, in a page of ours. Pure.

A desk's html is what an admin typed and what people wrote: no script, no form, no address but http, https
and mailto comes through, wherever it stood.
"""

from __future__ import annotations

import html
import re

import nh3

_TAGS = frozenset(
    {
        "a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "hr", "i", "img", "li", "ol",
        "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
        "u", "ul"
    }
)  # fmt: skip
_CELL = {"align", "valign", "width", "height", "colspan", "rowspan", "bgcolor"}
_ATTRIBUTES = {
    "*": {"style", "title", "dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"align", "width", "border", "cellpadding", "cellspacing", "bgcolor", "role"},
    "td": _CELL,
    "th": _CELL,
}
_STYLES = frozenset(
    {
        "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
        "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width", "color",
        "display", "font", "font-family", "font-size", "font-style", "font-weight", "height", "letter-spacing",
        "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top",
        "max-width", "min-width", "opacity", "padding", "padding-bottom", "padding-left", "padding-right",
        "padding-top", "text-align", "text-decoration", "text-transform", "vertical-align", "white-space", "width",
        "word-break"
    }
)  # fmt: skip
_EMPTY_QUOTE = re.compile(r"<blockquote[^>]*>\s*</blockquote>\n?")
"""A ticket's description may be empty."""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>
:root {{ color-scheme: light dark; }}
@media (prefers-color-scheme: dark) {{
  body, .ground {{ background: #0e0f12 !important; }}
  .card {{ background: #1c1e23 !important; border-color: #26282e !important; color: #ececf0 !important; }}
  .foot, .foot a {{ color: #a3a7b3 !important; }}
}}
</style>
</head>
<body style="margin:0;padding:0;background:#f7f7f8">
<div class="ground" style="padding:24px 12px;background:#f7f7f8">
<div class="card" style="max-width:560px;margin:0 auto;padding:28px;border:1px solid #e8e8ec;border-radius:12px;\
background:#ffffff;color:#16171c;font:15px/1.55 -apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;\
overflow-wrap:anywhere">
{fragment}
</div>
<div class="foot" style="max-width:560px;margin:14px auto 0;padding:0 28px;color:#6f727d;\
font:12px/1.5 -apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif">{foot}</div>
</div>
</body>
</html>
"""


def sanitised(fragment: str) -> str:
    """What of it may stand in a mail."""
    clean = nh3.clean(
        fragment,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        filter_style_properties=set(_STYLES),
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
    )
    return _EMPTY_QUOTE.sub("", clean)


def html_page(fragment: str, *, desk: str, unsubscribe_url: str = "") -> str:
    """The html part."""
    foot = html.escape(desk)
    if unsubscribe_url:
        foot += f' &middot; <a href="{html.escape(unsubscribe_url)}" style="color:#6f727d">Stop mails like this one</a>'
    return _PAGE.format(fragment=sanitised(fragment), foot=foot)


def text_page(text: str, *, unsubscribe_url: str = "") -> str:
    """The text part. NULs go: some servers refuse them, some cut there."""
    foot = f"\n-- \nStop mails like this one: {unsubscribe_url}\n" if unsubscribe_url else ""
    plain = re.sub(r"\n\s*\n\s*\n", "\n\n", text.replace("\0", ""))
    return plain.rstrip() + "\n" + foot
