from django.conf import settings
from django.db import models


class Newsletter(models.Model):
    """Customers who get the shop's newsletter."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    since = models.DateTimeField(auto_now_add=True)
