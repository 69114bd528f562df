//! Completion scripts for shells.
//!
//! They are clap_complete's, except for two: its bash script breaks words at
//! `:`, `@` and `=`, which e-mail addresses, scopes and resources contain, and
//! its zsh script does nothing on first use when it is a file on `fpath`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};

/// The completion scripts set it to the shell's name.
pub(super) const COMPLETE_VARIABLE: &str = "COMPLETE";

pub(super) const SHELLS: Shells<'static> =
    Shells(&[&BashWholeWords, &ZshAutoload, &Fish, &Powershell, &Elvish]);

/// The script that registers completion for `lac`.
pub(super) fn script(shell: &str) -> io::Result<String> {
    let completer = SHELLS.completer(shell);
    let completer = completer.ok_or_else(|| io::Error::other(format!("no shell {shell}")))?;
    let mut script = Vec::new();
    completer.write_registration(COMPLETE_VARIABLE, "lac", "lac", "lac", &mut script)?;
    let text = String::from_utf8(script).map_err(io::Error::other)?;
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    Ok(lines.join("\n") + "\n")
}

/// Bash, with words split as the program sees them.
#[derive(Debug)]
struct BashWholeWords;

/// `%q` quotes file names that contain special characters.
const BASH: &str = r#"_lac() {
    local cur=$2 rest=${COMP_LINE:0:COMP_POINT} words=() i word candidate
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        # Without a blank before it, it is one word with what went before.
        local apart=$((i == 0))
        [[ $rest == [[:space:]]* ]] && apart=1
        rest=${rest#"${rest%%[![:space:]]*}"}
        ((i == COMP_CWORD)) && word=$rest
        rest=${rest#"$word"}
        if ((apart)); then
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
    done
    word=${words[${#words[@]} - 1]}
    local before=${word%"$cur"}
    COMPREPLY=()
    while IFS= read -r candidate; do
        [[ $candidate == "$before"* ]] || continue
        candidate=${candidate#"$before"}
        if [[ $candidate == *[!A-Za-z0-9@._+:/=-]* ]]; then
            printf -v candidate %q "$candidate"
        fi
        COMPREPLY+=("$candidate")
    done < <(
        _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1)) VARIABLE=bash \
            COMPLETER -- "${words[@]}" 2>/dev/null
    )
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} != *[=/:] ]]; then
        compopt +o nospace 2>/dev/null
    fi
}
complete -o nospace -o nosort -F _lac BIN 2>/dev/null || complete -o nospace -F _lac BIN"#;

impl EnvCompleter for BashWholeWords {
    fn name(&self) -> &'static str {
        Bash.name()
    }

    fn is(&self, name: &str) -> bool {
        Bash.is(name)
    }

    fn write_registration(
        &self,
        var: &str,
        _name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let quoted = format!("'{}'", completer.replace('\'', r"'\''"));
        let script = BASH.replace("COMPLETER", &quoted).replace("VARIABLE", var);
        writeln!(out, "{}", script.replace("BIN", bin))
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        words: Vec<OsString>,
        dir: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        Bash.write_complete(command, words, dir, out)?;
        // The last line has no newline, and `read` would skip it.
        writeln!(out)
    }
}

/// Zsh. As a file `_lac` on `fpath`, the script is the body of a function that
/// is called to complete, not to register.
#[derive(Debug)]
struct ZshAutoload;

impl EnvCompleter for ZshAutoload {
    fn name(&self) -> &'static str {
        Zsh.name()
    }

    fn is(&self, name: &str) -> bool {
        Zsh.is(name)
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut script = Vec::new();
        Zsh.write_registration(var, name, bin, completer, &mut script)?;
        let script = String::from_utf8(script).map_err(io::Error::other)?;
        let register = format!("compdef _clap_dynamic_completer_{name} {bin}");
        let called = format!(
            "if [[ ${{funcstack[1]}} == _{bin} ]]; then\n    \
             _clap_dynamic_completer_{name} \"$@\"\nelse\n    {register}\nfi"
        );
        out.write_all(script.replace(&register, &called).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        words: Vec<OsString>,
        dir: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        Zsh.write_complete(command, words, dir, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Shells and the file each script is installed as.
    const FILES: [(&str, &str); 5] = [
        ("bash", "lac.bash"),
        ("zsh", "_lac"),
        ("fish", "lac.fish"),
        ("powershell", "lac.ps1"),
        ("elvish", "lac.elv"),
    ];

    /// The scripts in `completions/` are what the program prints.
    #[test]
    fn the_committed_scripts_are_current() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
        for (shell, file) in FILES {
            let script = script(shell).unwrap();
            if std::env::var_os("UPDATE_DOCS").is_some() {
                fs::write(dir.join(file), &script).unwrap();
            }
            let committed = fs::read_to_string(dir.join(file)).unwrap_or_default();
            assert!(
                committed == script,
                "{file} is stale: UPDATE_DOCS=1 cargo test writes it"
            );
        }
    }
}
