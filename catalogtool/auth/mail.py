"""Mails of the login pages: sent by SMTP, or written into the log of a developer's machine."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any

from flask import Flask
from flask_security.mail_util import MailUtil

from catalogtool.core.log import get_logger
from catalogtool.core.settings import Settings

log = get_logger(__name__)
TIMEOUT_SECONDS = 10


class Mailer(MailUtil):
    """Sends what Flask-Security wants to send."""

    def __init__(self, app: Flask):
        super().__init__(app)
        self.settings: Settings = app.config["SETTINGS"]

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Deliver one mail; a server that does not answer costs the mail, not the page."""
        address = recipient if isinstance(recipient, str) else recipient[1]
        if self.settings.mail_server is None:
            self._log_instead(template, address, kwargs)
            return
        message = EmailMessage()
        message["Subject"] = str(subject)
        message["From"] = str(sender)
        message["To"] = address
        message.set_content(body or "")
        if html:
            message.add_alternative(html, subtype="html")
        try:
            self._deliver(message, self.settings.mail_server)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail_failed", template=template, reason=str(error))

    def _deliver(self, message: EmailMessage, server: str) -> None:
        settings = self.settings
        with smtplib.SMTP(server, settings.mail_port, timeout=TIMEOUT_SECONDS) as connection:
            if settings.mail_use_tls:
                connection.starttls()
            if settings.mail_username:
                connection.login(settings.mail_username, settings.mail_password or "")
            connection.send_message(message)

    def _log_instead(self, template: str, address: str, context: dict[str, Any]) -> None:
        """Without a mail server a developer finds the reset link here; production never logs it."""
        if self.settings.flask_env == "dev":
            link = context.get("reset_link")
            log.warning("mail_logged_in_dev_only", template=template, to=address, link=link)
        else:
            log.error("mail_not_sent", template=template, reason="MAIL_SERVER is not set")
