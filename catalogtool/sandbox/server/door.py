"""What becomes of a request: who asks, what it costs, what goes wrong, and who answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from catalogtool.sandbox.server.control import PREFIX, Control
from catalogtool.sandbox.server.faults import REFUSED, TOKEN_FAULTS
from catalogtool.sandbox.server.messages import Answer, Request
from catalogtool.sandbox.server.refusals import Refusal, bad_gateway, forbidden, not_found
from catalogtool.sandbox.server.routes import Call, Routes
from catalogtool.sandbox.server.state import State

Cut = Literal["before", "middle"]
TOKEN_PATH = "/token"  # noqa: S105 - a path


@dataclass(frozen=True)
class Reply:
    """An answer, and where in it the connection is cut, if it is."""

    answer: Answer
    cut: Cut | None = None


class Door:
    """Answers every request that comes to one sandbox."""

    def __init__(self, state: State, address: str) -> None:
        self._state = state
        self._control = Control(state)
        self._routes = Routes(state.world, address)
        self._number = 0

    async def reply(self, request: Request) -> Reply:
        try:
            if request.path.startswith(PREFIX):
                return Reply(self._control.answer(request))
            if request.path == TOKEN_PATH and request.method == "POST":
                return Reply(await self._token(request))
            if (known := self._routes.find(request)) is None:
                raise not_found("notFound", f"Not Found: {request.method} {request.path}")
        except Refusal as refusal:
            return Reply(refusal.answer())
        call, ids = known
        return await self._serve(call, ids, request)

    async def _token(self, request: Request) -> Answer:
        self._state.usage.tokens += 1
        await asyncio.sleep(self._state.faults.latency())
        fault = self._state.faults.draw("token")
        if fault:
            self._state.usage.faults[fault] += 1
            return TOKEN_FAULTS[fault]()
        return self._state.tokens.refresh(request)

    async def _serve(self, call: Call, ids: tuple[str, ...], request: Request) -> Reply:
        usage, faults = self._state.usage, self._state.faults
        self._number += 1
        request.number = self._number
        usage.arrived(call.name, call.units)
        fault = faults.draw(call.name)
        try:
            if seconds := faults.latency():
                await asyncio.sleep(seconds)
            if fault == "time_out":
                await asyncio.sleep(faults.hang_seconds)
            reply = self._answer(call, ids, request, fault)
        finally:
            usage.in_flight -= 1
        usage.answered(call.name, request, None if reply.cut else reply.answer, fault)
        return reply

    def _answer(
        self, call: Call, ids: tuple[str, ...], request: Request, fault: str | None
    ) -> Reply:
        state = self._state
        if fault in ("cut_before", "time_out"):
            return Reply(Answer(500), "before")
        if fault == "bad_gateway":
            return Reply(bad_gateway())
        request.forgetful = fault == "missing_items"
        try:
            state.limit.spend(call.units)
            if fault in REFUSED:
                raise REFUSED[fault](state.faults.retry_after)
            state.tokens.check(request)
            self._check_owner(call, request)
            state.world.turn_the_day()
            answer = call.handler(request, *ids)
        except Refusal as refusal:
            return Reply(refusal.answer())
        if fault == "broken_json":
            answer.body = answer.body[: len(answer.body) // 2]
        cuts: dict[str | None, Cut] = {"cut_after": "before", "cut_middle": "middle"}
        return Reply(answer, cuts.get(fault))

    def _check_owner(self, call: Call, request: Request) -> None:
        owner, given = self._state.choices.content_owner, request.text("onBehalfOfContentOwner")
        if owner is not None and given != owner and (call.owned or given is not None):
            raise forbidden("Access Not Configured for this content owner.")
