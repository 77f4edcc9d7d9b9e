"""The shapes of the sync protocol `/mic/v1`, shared by the node and by its clients."""
