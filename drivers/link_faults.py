"""Translate MQTT reason codes and TLS errors into faults for the officer and reasons for unsent messages."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from terminal.errors import LinkExpired, LinkFault, LinkRefused, LinkTakenOver, LinkUnknown, LinkUntrusted
from terminal.ports import NotSent

if TYPE_CHECKING:
    from paho.mqtt.reasoncodes import ReasonCode

    from terminal.ports import Outgoing

_UNKNOWN = frozenset(
    {
        "TLSV1_ALERT_UNKNOWN_CA",
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    }
)
"""OpenSSL's names of the alerts (RFC 8446, section 6.2) by which a server refuses our certificate."""
_EXPIRED = "SSLV3_ALERT_CERTIFICATE_EXPIRED"
_REFUSALS = frozenset({133, 134, 135, 138})
"""Reason codes (MQTT 5, section 2.4): client id not valid, bad user name, not authorized, banned."""
_TAKEN_OVER = 142
_NO_SUBSCRIBER = 16
_NOT_SENT = {
    _NO_SUBSCRIBER: NotSent.UNROUTED,
    135: NotSent.DENIED,
    149: NotSent.TOO_LARGE,
    151: NotSent.QUOTA,
}


def fault_of(error: OSError) -> LinkFault:
    """Return the fault for a socket error."""
    match error:
        case ssl.SSLCertVerificationError():
            return LinkUntrusted(error.verify_message)
        case ssl.SSLError(reason=reason) if reason == _EXPIRED:
            return LinkExpired(reason)
        case ssl.SSLError(reason=reason) if reason in _UNKNOWN:
            return LinkUnknown(reason)
        case ssl.SSLError(reason=reason):
            return LinkFault(f"TLS: {reason}")
        case _:
            return LinkFault(f"{type(error).__name__}: {error.strerror or error}")


def fault_of_reason(reason: ReasonCode) -> LinkFault:
    """Return the fault for the reason code of a CONNACK or DISCONNECT."""
    if reason.value in _REFUSALS:
        return LinkRefused(str(reason))
    return LinkTakenOver(str(reason)) if reason.value == _TAKEN_OVER else LinkFault(str(reason))


def why_not(reason: ReasonCode, message: Outgoing) -> NotSent | None:
    """Return the reason in a PUBACK why a message was refused; None if it was accepted."""
    if reason.value == 0 or (message.retain and reason.value == _NO_SUBSCRIBER):
        return None  # a retained message is kept for later subscribers
    return _NOT_SENT.get(reason.value, NotSent.REFUSED)
