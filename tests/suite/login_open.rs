//! `lac login --open`: the browser gets a page, and nobody sees the URL.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::{CommandOutput, TestStore, command_output};

/// A browser that records its arguments, its environment, and mode and contents
/// of the page.
const BROWSER: &str = r#"#!/bin/sh
dir=$(dirname "$0")
printf '%s\n' "$@" > "$dir/argv"
env > "$dir/env"
for word in "$@"; do page=$word; done
stat -c %a "$page" > "$dir/mode"
stat -c %a "$(dirname "$page")" > "$dir/dirmode"
cat "$page" > "$dir/page.part"
mv "$dir/page.part" "$dir/page"
"#;

fn program(dir: &Path, name: &str, script: &str) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, script).expect("written");
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("a mode");
    path
}

/// A directory for the programs, and a private runtime directory.
fn create_dirs(store: &TestStore) -> (PathBuf, PathBuf) {
    let (bin, runtime) = (store.home().join("bin"), store.home().join("runtime"));
    fs::create_dir(&bin).expect("a directory");
    let private = DirBuilder::new().mode(0o700).create(&runtime);
    private.expect("a directory");
    (bin, runtime)
}

fn login(store: &TestStore, env: &[(&str, &str)]) -> CommandOutput {
    let mut command = store.command(&["login", "1", "--open", "--ttl", "1s"]);
    command
        .env("PATH", "/usr/bin:/bin")
        .envs(env.iter().copied());
    command_output(command.output().expect("lac runs"))
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn entries(dir: &Path) -> usize {
    fs::read_dir(dir).expect("a directory").count()
}

fn read(bin: &Path, name: &str) -> String {
    fs::read_to_string(bin.join(name)).expect("the browser came")
}

#[test]
fn the_browser_gets_a_page_and_no_secret_argument() {
    let store = TestStore::with_sample_data();
    let (bin, runtime) = create_dirs(&store);
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let browser = program(&bin, "browser", BROWSER);
    program(&bin, "xdg-open", BROWSER);
    let token = store.run_json(&["user", "token", "create", "alice"])["token"].clone();
    let token = token.as_str().expect("a token");
    let shown = |browser: &str| {
        [
            ("XDG_RUNTIME_DIR", runtime.display().to_string()),
            ("PATH", path.clone()),
            ("LAC_TOKEN", token.to_owned()),
            ("BROWSER", browser.to_owned()),
        ]
    };
    for browser in [
        String::new(),
        browser.display().to_string(),
        format!("no-such-browser:{} --new-window %s", browser.display()),
    ] {
        let env = shown(&browser);
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, &**value)).collect();
        let ran = login(&store, &env).assert_succeeded();
        let url = ran.stdout.trim();
        assert!(url.contains("secret="), "{ran:#?}");
        assert!(ran.stderr.contains("opening the browser"), "{ran:#?}");
        wait_until("the page is read", || bin.join("page").exists());
        let argv = read(&bin, "argv");
        let words: Vec<&str> = argv
            .lines()
            .filter(|word| *word != "--new-window")
            .collect();
        assert_eq!(words.len(), 1, "{argv}");
        assert!(Path::new(words[0]).starts_with(&runtime), "{argv}");
        let secret = url.split("secret=").nth(1).expect("a secret");
        let environment = read(&bin, "env");
        for text in [&argv, &environment, &ran.stderr] {
            assert!(!text.contains(secret), "{text}");
            assert!(!text.contains(token), "{text}");
        }
        assert!(!environment.contains("LAC_"), "{environment}");
        assert_eq!(read(&bin, "mode").trim(), "600");
        let page = read(&bin, "page");
        assert!(
            page.contains(&format!("location.replace(\"{url}\")")),
            "{page}"
        );
        assert!(
            page.contains("no-referrer") && page.contains("http-equiv=\"refresh\""),
            "{page}"
        );
        wait_until("the page is gone", || entries(&runtime) == 0);
        fs::remove_file(bin.join("page")).expect("removed");
    }
}

#[test]
fn a_private_directory_is_created_for_the_page_if_missing() {
    let store = TestStore::with_sample_data();
    let (bin, runtime) = create_dirs(&store);
    let browser = program(&bin, "browser", BROWSER).display().to_string();
    let tmp = store.home().join("tmp");
    fs::create_dir(&tmp).expect("a directory");
    fs::set_permissions(&runtime, Permissions::from_mode(0o755)).expect("a mode");
    let (runtime, tmp) = (runtime.display().to_string(), tmp.display().to_string());
    let env = [
        ("XDG_RUNTIME_DIR", &*runtime),
        ("TMPDIR", &tmp),
        ("BROWSER", &browser),
    ];
    login(&store, &env).assert_succeeded();
    wait_until("the page is read", || bin.join("page").exists());
    assert_eq!(read(&bin, "dirmode").trim(), "700");
    assert!(read(&bin, "argv").starts_with(&tmp));
    wait_until("page and directory are gone", || {
        entries(Path::new(&tmp)) == 0
    });
    assert_eq!(entries(Path::new(&runtime)), 0);
}

#[test]
fn a_failing_browser_does_not_reveal_the_url() {
    let store = TestStore::with_sample_data();
    let (bin, runtime) = create_dirs(&store);
    let failing = "#!/bin/sh\necho \"cannot open $*\" >&2\ncat \"$1\" >&2\nexit 3\n";
    let browser = program(&bin, "browser", failing).display().to_string();
    let room = runtime.display().to_string();
    // PATH is an empty directory, so that no real browser is found.
    let empty = store.home().display().to_string();
    let env = [
        ("XDG_RUNTIME_DIR", &*room),
        ("BROWSER", &browser),
        ("PATH", &empty),
    ];
    let ran = login(&store, &env).assert_succeeded();
    let secret = ran.stdout.trim().split("secret=").nth(1).expect("a secret");
    assert!(!ran.stderr.contains(secret), "{ran:#?}");
    assert!(!ran.stderr.contains(&room), "{ran:#?}");
    let note = "could not open a browser: browser: exit status: 3; the URL is on stdout";
    assert!(ran.stderr.contains(note), "{ran:#?}");
    assert_eq!(entries(&runtime), 0, "the page is removed at once");
}

/// A page in the working directory would stay: the process that removes it has
/// another one.
#[test]
fn the_page_is_never_written_to_the_working_directory() {
    let store = TestStore::with_sample_data();
    let (bin, _) = create_dirs(&store);
    let browser = program(&bin, "browser", BROWSER).display().to_string();
    for tmp in ["", "."] {
        let work = store.home().join(format!("work{}", tmp.len()));
        fs::create_dir(&work).expect("a directory");
        let mut command = store.command(&["login", "1", "--open", "--ttl", "1s"]);
        command
            .current_dir(&work)
            .env("PATH", "/usr/bin:/bin")
            .envs([
                ("XDG_RUNTIME_DIR", tmp),
                ("TMPDIR", tmp),
                ("BROWSER", &browser),
            ]);
        command_output(command.output().expect("lac runs")).assert_succeeded();
        wait_until("the page is read", || bin.join("page").exists());
        fs::remove_file(bin.join("page")).expect("removed");
        let page = PathBuf::from(read(&bin, "argv").trim());
        assert!(page.is_absolute(), "{page:?}");
        assert_eq!(entries(&work), 0);
        wait_until("the page is gone", || !page.exists());
    }
}
