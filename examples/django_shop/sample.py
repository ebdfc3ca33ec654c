"""One invoice to try, for `django-admin shell`."""

from django.utils import timezone

from billhook import examples
from django_shop.models import InvoiceRow

document = examples.drafted().document
InvoiceRow.issue("inv_1", document, now=timezone.now(), short_url="https://shop.example/inv_1")
