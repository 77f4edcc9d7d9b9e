"""Which models the projects of an account may name."""

from aiohttp import web
from msgspec import UNSET

from mic.sync import edge
from mic.wire import people as wire
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.llms import verbs as llms
from node.llms.model import Llms


async def show(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Return the models that the projects of an account may name."""
    return _reply(await llms.get(forge, who, request.match_info["account"]))


async def change(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Change what the body names and leave the rest."""
    asked = await edge.message(request, wire.LlmChanges)
    changed = await llms.update(
        forge,
        who,
        request.match_info["account"],
        None if asked.llm_models is UNSET else asked.llm_models,
        None if asked.llm_default_model is UNSET else asked.llm_default_model,
    )
    return _reply(changed)


def _reply(found: Llms) -> web.Response:
    return edge.reply(wire.Llms(llm_models=list(found.allowed), llm_default_model=found.default))
