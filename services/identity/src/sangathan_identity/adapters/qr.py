"""QR codes as SVG, for screens that show them and printers that print them."""

import io

import segno


def qr_svg(text: str) -> str:
    """The text as a QR code in one SVG element, dark on light with the quiet zone that readers want."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", xmldecl=False, nl=False, light="#fff", scale=4)
    return out.getvalue().decode()
