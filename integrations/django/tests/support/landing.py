def place(request, document):
    """A shop's own LANDING."""
    return f"/shelf/#{document}"
