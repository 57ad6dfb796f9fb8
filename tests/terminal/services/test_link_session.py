"""A command's session with the registry: wait for the link, receive, close."""

from __future__ import annotations

import pytest

from terminal.ports import Incoming, LinkState, NotSent, Outgoing, Unsent
from terminal.services.link_session import LinkSession, link_session
from tests.terminal.services.terminal_fixture import HandLink

ANSWER = Incoming("roadside/1/answer/T0001", b"answer")


class ClosingLink(HandLink):
    """A link that says whether it was closed."""

    closed = False

    def close(self) -> None:
        """Keep that it was closed."""
        self.closed = True


def test_messages_of_the_registry_are_received_in_order_without_the_state_of_the_link():
    link = ClosingLink()
    with link_session(link) as session:
        assert session.wait_until_up() == []
        unsent = Unsent(Outgoing("roadside/1/lookup/T0001", b""), NotSent.LOST)
        for message in (LinkState(None), ANSWER, unsent, Incoming("other", b"")):
            link.deliver(message)
        assert session.receive() == [ANSWER, Incoming("other", b"")]
        assert not link.closed
    assert link.closed


def test_messages_before_the_link_is_up_are_kept_and_the_wait_ends():
    link = HandLink(up=False)
    session = LinkSession(link)
    link.deliver(ANSWER)
    assert session.wait_until_up(wait_s=0.01) == [ANSWER]


def test_a_terminal_without_a_link_waits_for_none():
    with link_session(None) as session:
        assert (session.wait_until_up(wait_s=3600), session.receive()) == ([], [])


def test_a_fault_of_the_command_closes_the_link():
    link = ClosingLink()
    with pytest.raises(ZeroDivisionError), link_session(link):
        raise ZeroDivisionError
    assert link.closed
