"""Leaves one landing at a mirror, for its home: `python -m tests.support.offerer SETTINGS`.

SETTINGS is JSON: `url`, `address` and `project` at the mirror, `seed` of the author's device key,
and `name` of the new file. It prints what the mirror answers.
"""

import json
import sys
from itertools import chain

from keys.ed25519 import PrivateKey
from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.client.upload import body
from mic.wire import framing
from mic.wire.messages import LANDING
from tests.support.lander import one_landing


def main(settings):
    key = PrivateKey.from_seed(bytes.fromhex(settings["seed"]))
    remote = Remote(Connection(settings["url"], None), *settings["address"])
    name = settings["name"]
    request, records = one_landing(settings, key, remote.head(), name, name.encode())
    sent = b"".join(chain((framing.land_head(request),), body(records)))
    answer = remote.connection.exchange("POST", f"{remote.path}/landings", sent, LANDING)
    sys.stdout.buffer.write(answer + b"\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
