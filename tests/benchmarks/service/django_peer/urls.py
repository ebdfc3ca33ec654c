"""The peer's one path."""

from __future__ import annotations

from django.urls import path
from django_peer.views import NotifyBy

urlpatterns = [path("v1/invoices/<str:id>/notify_by/<str:medium>", NotifyBy.as_view())]
