"""Signals of agents' sessions. Django's ``user_logged_in`` is not sent for them."""

from django.dispatch import Signal

# Arguments: request, user, impersonation.
impersonation_started = Signal()

# Arguments: request, impersonation, cause: "left", "signed_out", "unusable",
# "unreachable", or what lac says ("ended", "expired", …).
impersonation_ended = Signal()
