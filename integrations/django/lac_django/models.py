from django.db import models


class Outgoing(models.Model):
    """What lac has still to be told. A row is removed when lac has confirmed it."""

    class Kind(models.TextChoices):
        ACTION = "action"
        END = "end"

    # Chosen here: lac records an id once, so a repeated call adds nothing.
    id = models.CharField(max_length=64, primary_key=True)
    session_id = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # The action, or the cause of an end.
    what = models.CharField(max_length=32)
    document = models.CharField(max_length=255, blank=True)
    summary = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(db_index=True)
    # The error code of an answer that will not change. The row is kept.
    failed = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "message to lac"
        verbose_name_plural = "messages to lac"

    def __str__(self):
        return f"{self.kind} {self.what} of session {self.session_id}"


class AssistedOrder(models.Model):
    """An order that an agent placed on a customer's behalf."""

    number = models.CharField(max_length=128, primary_key=True)
    session_id = models.CharField(max_length=64)
    agent = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.number


class DeletedCustomer(models.Model):
    """A customer whom lac has still to forget. ``lac_sync`` tells it."""

    customer = models.CharField(max_length=32, primary_key=True)

    def __str__(self):
        return self.customer
