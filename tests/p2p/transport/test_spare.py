"""libp2p is imported without what we do not use, and nobody else notices."""

import subprocess
import sys

PROGRAM = """
import sys
from p2p.transport.spare import UNUSED, without_unused
with without_unused():
    from p2p.transport import inside
here = {name.partition(".")[0] for name in sys.modules}
assert "libp2p" in here and not here & UNUSED, here & UNUSED
import httpx, requests
from aioquic.quic.connection import QuicConnection
assert requests.Session().headers and httpx.Client and QuicConnection.connect
print("whole")
"""


def test_what_is_not_used_is_not_loaded_and_whole_for_others():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.returncode) == ("whole\n", 0), done.stderr


def test_a_library_that_is_there_stays():
    import requests

    from p2p.transport.spare import without_unused

    with without_unused():
        import requests as again
    assert again is requests
    assert sys.modules["requests"] is requests
