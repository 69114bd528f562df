from django.contrib import admin

from .models import Outgoing


@admin.register(Outgoing)
class OutgoingAdmin(admin.ModelAdmin):
    """What waits for lac, and what lac has refused."""

    list_display = ("at", "session_id", "kind", "what", "document", "summary", "tries", "failed")
    list_filter = ("kind", "what", "failed")
    search_fields = ("session_id", "document")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
