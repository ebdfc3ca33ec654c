"""The peer's settings: a usual service, with all left out that the one route does not need."""

from __future__ import annotations

import os
from pathlib import Path

SECRET_KEY = "signs nothing: no sessions, no forms"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "django_peer.urls"
INSTALLED_APPS = ["django_peer"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # gives answers their Content-Length
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ["DJANGO_PEER_FOLDER"]) / "peer.sqlite3",
        "CONN_MAX_AGE": None,  # a connection a thread, kept
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
            "transaction_mode": "IMMEDIATE",  # else two deciders could read the same row
            "timeout": 30,
        },
    }
}
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
