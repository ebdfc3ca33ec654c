"""The route of webhook endpoints: where events are sent, and how they are verified."""

from __future__ import annotations

from fastapi import APIRouter

from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import problems
from billhook_adapters.http.native.request import TheAccount, TheService
from billhook_adapters.http.native.serializers import WebhookEndpointsOut

router = APIRouter(route_class=GuardedRoute)


@router.get("/webhook-endpoints", responses=problems(), tags=["account"])
async def list_webhook_endpoints(batched: TheService, account: TheAccount) -> WebhookEndpointsOut:
    """The webhook endpoints of the account, with the public key of each that has one."""
    return WebhookEndpointsOut.of(
        await batched.read(lambda service: service.webhook_endpoints(account))
    )
