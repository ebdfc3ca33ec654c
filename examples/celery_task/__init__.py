"""A Celery task that sends what is still to be sent when its turn comes, and sends it once."""
