"""Whether a file is what it says it is, by its first bytes. Pure.

What runs or is shown as a page is refused under every name but its own, which an operator would have to allow.
"""

from __future__ import annotations

import codecs

import puremagic

from helpdesk.attachments.rules import plain_name

HEAD = 8192
"""Bytes that are looked at."""
ZIPPED = frozenset({".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"})
OLD_OFFICE = frozenset({".doc", ".xls", ".ppt", ".msi", ".vsd"})
SIGNATURES: dict[str, frozenset[str]] = {
    "image/png": frozenset({".png"}),
    "image/jpeg": frozenset({".jpg", ".jpeg", ".jfif", ".jpe"}),
    "image/gif": frozenset({".gif"}),
    "image/webp": frozenset({".webp"}),
    "image/bmp": frozenset({".bmp", ".dib"}),
    "image/tiff": frozenset({".tif", ".tiff"}),
    "image/heic": frozenset({".heic", ".heif"}),
    "image/heif": frozenset({".heic", ".heif"}),
    "application/pdf": frozenset({".pdf"}),
    "application/rtf": frozenset({".rtf"}),
    "application/zip": ZIPPED,
    "application/gzip": frozenset({".gz"}),
    "application/x-7z-compressed": frozenset({".7z"}),
    "application/msword": OLD_OFFICE,
    "application/vnd.ms-excel": OLD_OFFICE,
    "application/vnd.ms-powerpoint": OLD_OFFICE,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ZIPPED,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ZIPPED,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ZIPPED,
    "application/vnd.oasis.opendocument.text": ZIPPED,
    "application/vnd.oasis.opendocument.spreadsheet": ZIPPED,
    "application/vnd.oasis.opendocument.presentation": ZIPPED,
    "video/mp4": frozenset({".mp4", ".m4v"}),
    "video/quicktime": frozenset({".mov", ".mp4"}),
    "video/webm": frozenset({".webm"}),
    "audio/mpeg": frozenset({".mp3", ".mpga"}),
    "audio/wav": frozenset({".wav"}),
    "audio/ogg": frozenset({".ogg", ".oga", ".opus"}),
}
"""By declared type: what puremagic may call it. Several share one container, which alone the first bytes tell."""
TEXTS = frozenset({"application/json", "message/rfc822"})
"""And everything called text/…"""
DEFAULT_TYPES = (
    *SIGNATURES,
    "text/plain",
    "text/csv",
    "text/markdown",
    "text/calendar",
    "application/json",
    "message/rfc822",
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa", b"#!")
_MARKUP = tuple(
    f"<{tag}".encode()
    for tag in (
        "!doctype html", "html", "head", "body", "script", "svg", "!doctype svg", "iframe", "h1", "div", "font",
        "table", "a ", "a>", "style", "title", "b>", "br", "p>", "p ", "img", "object", "embed", "form", "meta",
        "link", "math", "xsl:", "?xml-stylesheet",
    )
)  # fmt: skip
_PAGES = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "application/xml", "text/xml"})
_REFUSED = """
exe com scr pif bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta msi msp msix appx lnk url scf reg inf cpl jar jnlp apk
app dmg pkg deb rpm sh bash zsh csh run elf so dll sys drv html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt swf
docm xlsm pptm dotm xltm xlam ppam iso img vhd vhdx chm
"""
_REFUSED_ENDINGS = frozenset(_REFUSED.split())


def is_dangerous_name(filename: str) -> bool:
    """Does its ending make a computer run it, or a browser show it as a page? In ASCII too: some save it so."""
    return any(_ending(name) in _REFUSED_ENDINGS for name in (filename, plain_name(filename)))


def _ending(name: str) -> str:
    _, dot, ending = name.rstrip(". ").rpartition(".")
    return ending.lower() if dot else ""


def fits(declared: str, head: bytes, *, is_whole: bool) -> bool:
    """Do the first bytes fit the declared type? `is_whole`: there are no others.

    A type without a signature of its own is decided by the allow-list alone, unless the bytes are a program or a page.
    """
    if _is_page(head):
        return declared in _PAGES
    if declared.startswith("text/") or declared in TEXTS:
        return _is_text(head, is_whole=is_whole) and not head.startswith(_PROGRAMS[1:-1])
    if head.startswith(_PROGRAMS):
        return False
    if declared in SIGNATURES:
        return bool(SIGNATURES[declared] & _endings(head))
    return True


def _is_page(head: bytes) -> bool:
    """HTML and SVG by their first tag, as browsers sniff (WHATWG MIME Sniffing, 7.1), also behind an XML header."""
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for encoding in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if head.startswith(encoding):
            start = head.decode("utf-16", "replace").lstrip("\ufeff \t\r\n").lower().encode()
    while start.startswith((b"<?xml ", b"<!--")):
        end = b"?>" if start.startswith(b"<?") else b"-->"
        _, found, start = start.partition(end)
        start = start.lstrip()
        if not found:
            return True
    return start.startswith(_MARKUP) or (start.startswith(b"<!doctype") and b"svg" in start[:200])


def _is_text(head: bytes, *, is_whole: bool) -> bool:
    """UTF-8 without NUL; the last character may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, is_whole)
    except UnicodeDecodeError:
        return False
    return b"\0" not in head


def _endings(head: bytes) -> frozenset[str]:
    try:
        return frozenset(found.extension.lower() for found in puremagic.magic_string(head[:1024]))
    except puremagic.PureError:
        return frozenset()
