"""The node for programs: what pages show and do as JSON, and the document that lists it."""
