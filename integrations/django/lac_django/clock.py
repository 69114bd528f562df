from datetime import timezone


def timestamp(when):
    """RFC 3339 in UTC with six digits, as lac writes times."""
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
