"""Sets Django up, with a database in memory, before the models are imported."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "django_shop.settings"
django.setup()
