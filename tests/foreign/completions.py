"""Real shells load our scripts, complete real customers, and never run shell code in their names."""

import shutil
import subprocess
import sys

from support import Store
from terminal import Terminal

store = Store().ready()
path = store.home / "bin"
path.mkdir()
(path / "lac").symlink_to(store.binary)
env = {**store.env, "PATH": f"{path}:{store.env['PATH']}", "PS1": "ready> ", "HISTFILE": ""}
work = store.home / "work"
work.mkdir()

BASH = ["bash", "--norc", "--noprofile", "-i"]
ZSH = ["zsh", "-f", "-i"]
SETUP = {
    "bash": "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; source <(lac completions bash)",
    "zsh": "PROMPT='ready> '; autoload -U compinit; compinit -u -D; source <(lac completions zsh)",
}


def typed(shell, command, line):
    """The line after pressing the tab key."""
    terminal = Terminal(command, env, work)
    terminal.type(SETUP[shell] + "; echo set''up\n")
    terminal.expect("setup\n")
    terminal.quiet(0.7)
    terminal.seen = ""
    terminal.type(line + "\t")
    shown = terminal.quiet()
    if line.endswith("ja"):  # ambiguous: the second tab shows the list
        terminal.type("\t")
        shown = terminal.quiet()
    terminal.kill()
    return shown


def in_fish(line):
    script = "lac completions fish | source; complete -C " + f"'{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, env=env, cwd=work,
                          timeout=60)
    assert done.returncode == 0, done
    return done.stdout


def check(shell, look):
    for line, wanted in [
        ("lac confi", "config"),
        ("lac config get general/", "general/locale/timezone"),
        ("lac config get x --scope web", "website:base"),
        ("lac login jan", "jane@example.com"),
        ("lac login john@exa", "john@example.com"),
        ("lac role allow Administrators login_b", "login_button"),
    ]:
        shown = look(line)
        assert wanted in shown, f"{shell}: {line!r} gave {shown!r}"
    shown = look("lac login ja")
    assert "jane@example.com" in shown and "touch" not in shown, f"{shell} offers code: {shown!r}"
    assert not list(work.iterdir()), f"{shell} has run what an address says"
    print(f"completions: {shell} completes")


shells = {
    "bash": lambda line: typed("bash", BASH, line),
    "zsh": lambda line: typed("zsh", ZSH, line),
    "fish": in_fish,
}
for shell, look in shells.items():
    if not shutil.which(shell):
        sys.exit(f"{shell} is not installed")
    check(shell, look)

# A file on fpath is called instead of sourced, and must answer the first time.
functions = store.home / "functions"
functions.mkdir()
(functions / "_lac").write_text(store.ok("completions", "zsh"))
SETUP["zsh"] = f"PROMPT='ready> '; fpath=({functions} $fpath); autoload -U compinit; compinit -u -D"
assert "jane@example.com" in typed("zsh", ZSH, "lac login jan"), "zsh does not answer the first time"

before = (store.home / "store/checkpoint").read_text()
in_fish("lac login ja")
assert (store.home / "store/checkpoint").read_text() == before, "completing was recorded"
