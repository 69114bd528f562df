"""Reads SQL as far as the guard needs it, and says so where it cannot."""

import re

# Statements that change no data. SELECT … INTO and writing WITH are found below.
_READS = re.compile(
    r"\s*(?:\(\s*)*(SELECT|VALUES|WITH|SHOW|EXPLAIN|DESCRIBE|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|START|COMMIT|SET|PRAGMA|"
    r"DECLARE|FETCH|CLOSE)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|REPLACE|INTO|ANALYZE)\b", re.IGNORECASE)
_LOCKS = re.compile(r"\bFOR\s+(NO\s+KEY\s+)?UPDATE\b", re.IGNORECASE)
_UPSERT = re.compile(r"\b(DO|KEY)\s+UPDATE\b", re.IGNORECASE)
_FUNCTIONS = re.compile(r"\b(REPLACE|INSERT)\s*\(", re.IGNORECASE)

# The only forms of a write that are taken as read; Django writes no others.
_NAME = r'(?:"?\w+"?\s*\.\s*)*"?(?P<table>\w+)"?'
_PLAIN = re.compile(
    rf"\s*(?:(?P<insert>INSERT)\s+(?:(?:OR\s+)?IGNORE\s+)?INTO\s+{_NAME}\s*(?=\(|VALUES\b|DEFAULT\b|SELECT\b)"
    rf"|(?P<update>UPDATE)\s+{_NAME.replace('table', 'table2')}\s+SET\b"
    rf"|(?P<delete>DELETE)\s+FROM\s+{_NAME.replace('table', 'table3')}\s*(?=WHERE\b|RETURNING\b|;|$)"
    # MySQL's form with a join; another name after FROM could be an alias.
    r'|(?P<joined>DELETE)\s+"?(?P<table4>\w+)"?\s+FROM\s+"?(?P=table4)"?\s+(?=INNER\b|LEFT\b|WHERE\b))',
    re.IGNORECASE,
)


def _parts(vendor):
    """Comments, texts and quoted names, in the database's own way to write them."""
    escaped = r"'(?:[^'\\]|\\.|'')*'"
    text = escaped if vendor == "mysql" else r"'(?:[^']|'')*'"
    if vendor == "postgresql":
        text = rf"\b[eE]{escaped}|{text}|\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$"
    name = r'"(?:[^"\\]|\\.|"")*"' if vendor == "mysql" else r'"(?:[^"]|"")*"'
    if vendor in ("mysql", "sqlite"):
        name += r"|`(?:[^`]|``)*`"
    if vendor in ("sqlite", "microsoft"):
        name += r"|\[[^\]]*\]"
    line = r"--(?=\s|$)[^\n]*|\#[^\n]*" if vendor == "mysql" else r"--[^\n]*"
    return re.compile(rf"(?P<comment>{line}|/\*.*?\*/)|(?P<text>{text})|(?P<name>{name})", re.DOTALL)


_PARTS = {vendor: _parts(vendor) for vendor in ("sqlite", "postgresql", "mysql", "oracle", "microsoft")}


def plain(sql, vendor="sqlite"):
    """The statement without comments, texts empty, and names in double quotes.

    None if it is not certain where a comment, a text or a name ends.
    """
    certain = True

    def replace(part):
        nonlocal certain
        if part["comment"]:
            # /*! and /*M! are carried out by MySQL and MariaDB; PostgreSQL nests comments.
            certain = certain and "/*" not in part[0][2:] and not re.match(r"/\*M?!", part[0])
            return " "
        if part["text"] is not None:
            return "''"
        return '"' + re.sub(r"\W", "_", part[0][1:-1]) + '"'

    parts = _PARTS.get(vendor)
    if parts is None or (vendor == "oracle" and re.search(r"\bn?q'", sql, re.IGNORECASE)):
        return None
    text = parts.sub(replace, sql)
    rest = re.sub(r"''|\"\w*\"", "", text)
    if not certain or re.search(r"['\"]|/\*|\*/", rest) or ("`" in rest and vendor != "postgresql"):
        return None
    return text


def is_write(sql, vendor="sqlite"):
    """Whether a statement changes data, or may. What is not known is a write."""
    text = plain(sql, vendor)
    read = text is not None and _READS.match(text)
    if not read:
        return True
    bare = _LOCKS.sub("", _without_names(text))
    word = read[1].upper()
    if word in ("SELECT", "WITH", "EXPLAIN", "DECLARE", "VALUES"):
        return bool(_WRITES.search(_FUNCTIONS.sub("f(", bare))) or _has_second_statement(bare)
    if word == "PRAGMA":
        return "=" in bare
    return _has_second_statement(bare)


class Write:
    """A write in one of the plain forms: its verb, its table, and what follows."""

    def __init__(self, found, text):
        self.verb = next(found[name] for name in ("insert", "update", "delete", "joined") if found[name]).upper()
        self.table = next(found[name] for name in ("table", "table2", "table3", "table4") if found[name])
        self.rest = text[found.end() :]

    @property
    def is_upsert(self):
        return bool(re.search(r"\bUPDATE\b", _LOCKS.sub("", _without_names(self.rest)), re.IGNORECASE))

    def sets(self, columns):
        """Whether an UPDATE sets one of the columns, or sets in a way that is not plain."""
        outer = self.rest
        while "(" in outer:
            outer, count = re.subn(r"\([^()]*\)", " ", outer)
            if not count:
                return True
        outer = re.split(r"\bWHERE\b", outer, maxsplit=1, flags=re.IGNORECASE)[0]
        # SET (a, b) = (1, 2) has lost its names by now.
        if re.match(r"\s*=", outer) or re.search(r",\s*=", outer):
            return True
        return any(re.search(rf"\b{re.escape(column)}\"?\s*=", outer, re.IGNORECASE) for column in columns)


def read_write(sql, vendor="sqlite"):
    """A statement as a Write, or None if it is not plainly one, and one alone."""
    text = plain(sql, vendor)
    found = text is not None and _PLAIN.match(text)
    if not found:
        return None
    write = Write(found, text)
    bare = _FUNCTIONS.sub("f(", _UPSERT.sub("", _LOCKS.sub("", _without_names(write.rest))))
    # A WITH inside can write to another table.
    if _has_second_statement(text) or re.search(r"\b(INSERT|UPDATE|DELETE|MERGE|REPLACE)\b", bare, re.IGNORECASE):
        return None
    return write


def _without_names(text):
    return re.sub(r'"\w*"', '""', text)


def _has_second_statement(text):
    return bool(text.rstrip().rstrip(";").count(";"))
