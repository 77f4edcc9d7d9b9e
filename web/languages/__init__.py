"""The pages that speak more than English: what they say, in catalogs of gettext (`*.po`)."""
