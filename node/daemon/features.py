"""Every feature of the node, one line each: nothing registers itself."""

from node.closings import jobs as closings
from node.daemon import housekeeping
from node.feeds import verbs as feeds
from node.forks import jobs as forks
from node.imports import jobs as imports
from node.kernel.feature import Feature
from node.landings import jobs as landings
from node.languages import verbs as languages
from node.notifications import verbs as notifications
from node.projects import jobs as projects
from node.rollups import verbs as rollups
from node.search import indexing as search

FEATURES: tuple[Feature, ...] = (
    closings.FEATURE,
    feeds.FEATURE,
    forks.FEATURE,
    housekeeping.FEATURE,
    imports.FEATURE,
    landings.FEATURE,
    languages.FEATURE,
    notifications.FEATURE,
    projects.FEATURE,
    rollups.FEATURE,
    search.FEATURE,
)
