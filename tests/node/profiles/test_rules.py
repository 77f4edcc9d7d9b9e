"""What is refused of a profile is called as its page calls it."""

import pytest

from node.profiles.model import BadProfile
from node.profiles.rules import check_link


@pytest.mark.parametrize(
    ("kind", "name"),
    [("x", "X"), ("github", "GitHub"), ("gitlab", "GitLab"), ("linkedin", "LinkedIn")],
)
def test_a_refused_address_is_called_by_its_name(kind, name):
    with pytest.raises(BadProfile, match=f"^{name} takes"):
        check_link(kind, "no address")
