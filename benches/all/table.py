"""What was measured, beside what, against which goal: the rows of one table."""

from dataclasses import dataclass, field
from statistics import median, quantiles


def spread(values, show):
    """The median, and how far the others lie from it."""
    if len(values) == 1:
        return show(values[0])
    if len(values) < 20:
        low, high = min(values), max(values)
    else:
        low, _, high = quantiles(values, n=4)
    return f"{show(median(values))} ({show(low)} to {show(high)})"


def seconds(value):
    if value < 1:
        return f"{value * 1000:.2f} ms" if value < 0.1 else f"{value * 1000:.0f} ms"
    return f"{value:.2f} s"


def times(value):
    return f"{value:.2f}"


def count(value):
    return f"{value:,.0f}"


def mib(value):
    return f"{value:.1f} MiB"


@dataclass
class Row:
    what: str
    ours: str
    beside: str = ""
    ratio: str = ""
    goal: str = ""
    missed: bool = False
    judged: bool = False

    def cells(self):
        verdict = ("**MISSED**" if self.missed else "met") if self.judged else ""
        return [self.what, self.ours, self.beside, self.ratio, self.goal, verdict]


def beside(what, ours, peer, theirs, *, at_most=None, at_least=None, below=None, show=seconds):
    """`ours[n]` ran next to `theirs[n]`. The ratio is lac's time as a part of the
    peer's, with `at_least` how many times as fast lac is; of each pair."""
    if at_least is not None:
        ratios = [b / a for a, b in zip(ours, theirs)]
        goal, missed = f"at least {at_least:g}", median(ratios) < at_least
    else:
        ratios = [a / b for a, b in zip(ours, theirs)]
        goal, missed = "", False
        if at_most is not None:
            goal, missed = f"at most {at_most:g}", median(ratios) > at_most
        if below is not None:
            goal, missed = f"below {below:g}", median(ratios) >= below
    return Row(what, spread(ours, show), f"{peer}: {spread(theirs, show)}", spread(ratios, times), goal, missed, bool(goal))


def alone(what, values, *, at_most=None, at_least=None, show=seconds):
    """The median of `values` against a limit."""
    goal, missed = "", False
    if at_most is not None:
        goal, missed = f"at most {show(at_most)}", median(values) > at_most
    if at_least is not None:
        goal, missed = f"at least {show(at_least)}", median(values) < at_least
    return Row(what, spread(values, show), "", "", goal, missed, bool(goal))


def fact(what, value):
    return Row(what, value)


@dataclass
class Table:
    rows: list = field(default_factory=list)
    left_out: list = field(default_factory=list)
    failed: list = field(default_factory=list)

    def text(self):
        lines = [["what", "lac", "beside it", "ratio of the pairs", "goal", ""], ["---"] * 6]
        lines += [row.cells() for row in self.rows]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)

    def missed(self):
        return [row for row in self.rows if row.missed]
