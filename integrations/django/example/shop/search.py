"""Search without a search server: the database's, for words alone."""

from haystack.backends.simple_backend import SimpleEngine, SimpleSearchBackend, SimpleSearchQuery
from haystack.inputs import PythonData


class Backend(SimpleSearchBackend):
    def update(self, *args, **kwargs):
        """The database is the index."""

    def remove(self, *args, **kwargs):
        """The database is the index."""


class Query(SimpleSearchQuery):
    def build_query(self):
        words = self._build_sub_query(self.query_filter) if self.query_filter else ""
        return words or "*"

    def _build_sub_query(self, node):
        words = []
        for child in node.children:
            if not isinstance(child, tuple):
                words.append(self._build_sub_query(child))
            elif child[0].split("__")[0] in ("content", "text"):
                value = child[1] if hasattr(child[1], "input_type_name") else PythonData(child[1])
                words.append(str(value.prepare(self)))
        return " ".join(word for word in words if word)


class Engine(SimpleEngine):
    backend = Backend
    query = Query
