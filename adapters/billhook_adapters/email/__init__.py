"""Messages by e-mail, through the standard library. Needs only the core."""

from billhook_adapters.email.connection import SmtpServer
from billhook_adapters.email.smtp import SmtpSender

__all__ = ["SmtpSender", "SmtpServer"]
