"""Mail: plain text through the installation's own server, one message for each person."""

from __future__ import annotations

import contextlib
import email.policy
import logging
import smtplib
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from presave_app.extensions import current_settings
from presave_app.lib import clock
from presave_app.lib.mail_address import BadMailAddress, parse_mail_address
from presave_app.lib.text import clean_line
from presave_app.settings import MailSettings
from presave_app.transaction import refuse_inside

# For each step of the conversation, and for the whole of it.
_STEP_SECONDS = 10.0
_DEADLINE_SECONDS = 45.0

# A long address in a header would be folded by encoding it, which mail programs do not undo (RFC 5322, 2.1.1).
_POLICY = email.policy.default.clone(max_line_length=998)

log = logging.getLogger(__name__)


class MailFault(Exception):
    """The mail did not go out. The message is a short code: never an address, never the server's words.

    `may_have_arrived` is set when the connection broke while a message was handed over, `is_refusal` when the
    server will take it from us never.
    """

    def __init__(self, code: str, *, may_have_arrived: bool = False, is_refusal: bool = False) -> None:
        super().__init__(code)
        self.may_have_arrived = may_have_arrived
        self.is_refusal = is_refusal


@dataclass(frozen=True)
class Letter:
    """What is written. `name` makes sending it twice one message for mail programs; `answers` names an earlier one.

    Mail programs offer to stop such letters by `stop_url`: one POST, which they send themselves (RFC 8058).
    """

    subject: str
    text: str
    name: str = ""
    answers: str = ""
    stop_url: str = ""


def is_on() -> bool:
    """Whether this installation has a mail server."""
    return current_settings().mail is not None


def say_when_off() -> None:
    """Say it in the log of a process that is starting."""
    if not is_on():
        log.warning("mail is off: SMTP_URL and MAIL_FROM are not set")


def send(letter: Letter, addresses: Iterable[str]) -> int:
    """Send the letter to each address; returns how many the server took, and raises MailFault when it took none.

    When it raises, some may have got it all the same: the same letter may be sent again.
    """
    refuse_inside("mail is sent")
    settings = current_settings().mail
    if settings is None:
        raise MailFault("mail_is_off")
    recipients = list(addresses)
    try:
        with _conversation(settings) as smtp:
            taken = _hand_over(smtp, letter, settings.sender, recipients)
    except ssl.SSLError:
        raise MailFault("tls_fault") from None
    except smtplib.SMTPResponseException as fault:
        raise MailFault(f"smtp_{fault.smtp_code}") from None
    except smtplib.SMTPException as fault:
        raise MailFault(type(fault).__name__) from None
    except OSError as fault:
        raise MailFault(_code_of(fault)) from None
    if recipients and not taken:
        raise MailFault("refused", is_refusal=True)
    return taken


def _message(letter: Letter, sender: Address, address: str) -> EmailMessage:
    """The message to one address; raises BadMailAddress."""
    recipient = parse_mail_address(address)
    host = current_settings().public_hostname
    message = EmailMessage(_POLICY)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = clean_line(letter.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{letter.name}@{host}>" if letter.name else make_msgid(domain=host)
    if letter.answers:
        message["References"] = f"<{letter.answers}@{host}>"
    if letter.stop_url:
        message["List-Unsubscribe"] = f"<{letter.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Keeps holiday notes and mailing lists from answering (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


@contextmanager
def _conversation(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A connection over which mail may be handed over, signed in where there is a password."""
    server, name = settings.server, current_settings().public_hostname
    tls = ssl.create_default_context()
    if server.is_tls:
        smtp = smtplib.SMTP_SSL(server.host, server.port, name, timeout=_STEP_SECONDS, context=tls)
    else:
        smtp = smtplib.SMTP(server.host, server.port, name, timeout=_STEP_SECONDS)
    try:
        smtp.ehlo_or_helo_if_needed()
        if not server.is_tls and (smtp.has_extn("starttls") or settings.must_encrypt):
            smtp.starttls(context=tls)
            smtp.ehlo()
        if server.password:
            smtp.login(server.user, server.password)
        yield smtp
        # All is handed over: how the server says goodbye changes nothing any more.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        smtp.close()


def _hand_over(smtp: smtplib.SMTP, letter: Letter, sender: Address, recipients: list[str]) -> int:
    give_up_at = time.monotonic() + _DEADLINE_SECONDS
    taken = 0
    for address in recipients:
        if time.monotonic() > give_up_at:
            raise TimeoutError
        taken += _is_taken(smtp, letter, sender, address)
    return taken


def _is_taken(smtp: smtplib.SMTP, letter: Letter, sender: Address, address: str) -> bool:
    """False when this address is refused for good; a refusal for now raises, and all is tried again later."""
    try:
        smtp.send_message(_message(letter, sender, address))
    except smtplib.SMTPRecipientsRefused as fault:
        ((code, _),) = fault.recipients.values()
        if code < 500:
            raise smtplib.SMTPResponseException(code, b"") from None
        return False
    except smtplib.SMTPResponseException as fault:
        if fault.smtp_code < 500:
            raise
        return False
    except (BadMailAddress, smtplib.SMTPNotSupportedError):
        # No address, or one in letters that this server does not know.
        return False
    except (smtplib.SMTPServerDisconnected, ConnectionError, TimeoutError) as fault:
        raise MailFault(_code_of(fault), may_have_arrived=True) from None
    return True


def _code_of(fault: OSError) -> str:
    if isinstance(fault, smtplib.SMTPException):
        return type(fault).__name__
    return "no_answer_in_time" if isinstance(fault, TimeoutError) else "connection_lost"
