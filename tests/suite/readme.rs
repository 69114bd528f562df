//! The commands in the README work from a clean home and answer as it says.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::NOW;

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a page")
}

/// The code block of this kind below a heading.
fn block(heading: &str, kind: &str) -> String {
    let readme = page("README.md");
    let (_, section) = readme
        .split_once(&format!("\n## {heading}\n"))
        .expect("the section");
    let section = section.split("\n## ").next().expect("its text");
    let (_, block) = section
        .split_once(&format!("```{kind}\n"))
        .expect("a block");
    block.split("\n```").next().expect("its end").to_owned()
}

/// A command with its expected output.
struct Step {
    command: String,
    /// From `# exit N` after the command, else 0.
    exit: String,
    says: Vec<String>,
}

fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => {
                let exit = command.split_once("# exit ").map_or("0", |(_, code)| code);
                steps.push(Step {
                    command: command.to_owned(),
                    exit: exit.to_owned(),
                    says: Vec::new(),
                });
            }
            (None, Some(step)) => step.says.push(line.to_owned()),
            (None, None) => panic!("{line}: before any command"),
        }
    }
    steps
}

/// Runs commands one after another in one shell with an empty home; returns the
/// exit code and output of each.
fn run(commands: &[String]) -> Vec<(String, String)> {
    let home = tempfile::tempdir().expect("a home");
    let mut script = "cd \"$HOME\" && mkdir .out work && cd work || exit 99\n".to_owned();
    for (at, command) in commands.iter().enumerate() {
        // Each process of a store needs its own seed.
        script += &format!(
            "export LAC_TEST_SEED={at}\n{{ {command}\n}} > ~/.out/{at} 2>&1\necho $? > ~/.out/{at}.code\n"
        );
    }
    let lac = Path::new(env!("CARGO_BIN_EXE_lac"));
    let path = format!(
        "{}:/usr/bin:/bin",
        lac.parent().expect("a directory").display()
    );
    let ended = Command::new("sh")
        .args(["-c", &script])
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", path)
        .env("LAC_TEST_CLOCK", NOW)
        .status();
    assert!(ended.expect("a shell").success());
    let read = |name: String| fs::read_to_string(home.path().join(".out").join(name));
    let answer = |at: usize| {
        let code = read(format!("{at}.code")).expect("a code");
        (
            code.trim().to_owned(),
            read(at.to_string()).expect("an answer"),
        )
    };
    (0..commands.len()).map(answer).collect()
}

/// Replaces numbers, ids and blanks, which differ from store to store.
fn without_numbers(line: &str) -> String {
    let word = |word: &str| {
        let is_id = word.len() >= 8 && word.chars().all(|c| c.is_ascii_hexdigit());
        let text: String = word
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        if is_id {
            return "ID".to_owned();
        }
        let mut short = String::new();
        for c in text.chars() {
            if c != '0' || !short.ends_with('0') {
                short.push(c);
            }
        }
        short
    };
    line.split_whitespace()
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether an output matches the README: the lines in order, any lines for a
/// `…` line, any end for a line that ends with `…`.
fn check_output(says: &[String], answer: &str) -> Result<(), String> {
    let mut lines = answer.lines().map(without_numbers).peekable();
    let mut may_skip = false;
    for phrase in says {
        if phrase == "…" {
            may_skip = true;
            continue;
        }
        let begins = phrase
            .strip_suffix('…')
            .map(|begin| begin[..begin.len().min(60)].to_owned());
        let expected = without_numbers(begins.as_deref().unwrap_or(phrase));
        let fits = |line: &String| match begins {
            Some(_) => line.starts_with(&expected),
            None => *line == expected,
        };
        while may_skip && lines.peek().is_some_and(|line| !fits(line)) {
            lines.next();
        }
        match lines.next() {
            Some(line) if fits(&line) => may_skip = false,
            other => return Err(format!("{phrase:?} is not said, but {other:?}")),
        }
    }
    match lines.next() {
        Some(line) if !may_skip => Err(format!("{line:?} is not told")),
        _ => Ok(()),
    }
}

#[test]
fn the_commands_of_the_tour_work() {
    let steps = steps(&block("A tour", "console"));
    assert!(steps.len() > 5);
    let commands: Vec<String> = steps.iter().map(|step| step.command.clone()).collect();
    for (step, (code, answer)) in steps.iter().zip(run(&commands)) {
        let command = &step.command;
        assert_eq!(code, step.exit, "{command}: {answer}");
        if let Err(problem) = check_output(&step.says, &answer) {
            panic!("{command}: {problem}\n{answer}");
        }
    }
}

#[test]
fn the_install_commands_work() {
    let lines = block("Install", "sh");
    let commands: Vec<String> = lines
        .lines()
        .filter(|line| !line.starts_with("cargo "))
        .map(str::to_owned)
        .collect();
    assert!(
        commands
            .iter()
            .any(|line| line.starts_with("lac completions"))
    );
    for (command, (code, answer)) in commands.iter().zip(run(&commands)) {
        assert_eq!(code, "0", "{command}: {answer}");
    }
}

/// The comparison with the original has no duplicate rows.
#[test]
fn the_comparison_table_has_no_duplicates() {
    let readme = page("README.md");
    let (_, table) = readme
        .split_once("| | the original |")
        .expect("the comparison");
    let table = table.split("\n\n").next().expect("its end");
    let mut subjects: Vec<&str> = table
        .lines()
        .skip(2)
        .filter_map(|l| l.split(" | ").next())
        .collect();
    let count = subjects.len();
    assert!(count > 5);
    for (at, subject) in subjects.iter().enumerate() {
        let words = subject.replace("an account that needs", "accounts that need");
        let twice = subjects[..at].iter().any(|other| **other == *words);
        assert!(!twice, "{subject}");
    }
    subjects.dedup();
    assert_eq!(subjects.len(), count);
    for wrong in ["a secret in the database", "as many sessions as they like"] {
        assert!(!readme.contains(wrong), "{wrong}");
    }
}

/// The POST of the storefront's form carries the page's origin but never its
/// URL.
#[test]
fn the_recommended_referrer_policy_sends_the_origin() {
    let storefront = page("docs/storefront.md");
    assert!(storefront.contains("Answer the GET with `Referrer-Policy: strict-origin`"));
    let examples: Vec<&str> = storefront
        .lines()
        .filter(|l| l.contains("Referrer-Policy"))
        .collect();
    assert_eq!(examples.len(), 1, "{examples:?}");
}
