"""`python -m node.daemon` is `micelio`."""

import sys

from node.daemon.main import main

sys.exit(main())
