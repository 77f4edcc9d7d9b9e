"""What tests look for in the HTML of pages."""

import re

OWN = re.compile(r'<script type="module" src="/static/scripts-[0-9a-f]{16}/main\.js"></script>')
DATA = re.compile(r'<script type="application/ld\+json">[^<]*</script>')


def foreign_scripts(text: str) -> list[str]:
    """Every script element besides the node's own module and its data about a project."""
    return re.findall(r"<script[^>]*>", DATA.sub("", OWN.sub("", text)), re.IGNORECASE)
