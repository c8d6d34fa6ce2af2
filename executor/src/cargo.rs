//! Runs cargo and other programs.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::document::{Document, Help, UNIT};
use crate::failure::{self, Context, Failure, Result};
use crate::wrapper;

/// The version of a stub, as cargo names it.
const STUB_VERSION: &str = " v0.0.0-skeleton ";

/// What cargo has said of its failure.
#[derive(Default, Debug, PartialEq)]
struct Said {
    /// The first package that it could not compile.
    package: Option<String>,
    /// The signs of what it needs help with.
    signs: Vec<String>,
}

impl Said {
    /// What [`Said::read`] reads.
    fn write(&self) -> String {
        let package = self.package.as_deref().unwrap_or_default();
        format!("{package}\n{}\n", self.signs.join("\n"))
    }

    fn read(text: &str) -> Said {
        let mut lines = text.lines().map(str::to_string);
        Said {
            package: lines.next().filter(|package| !package.is_empty()),
            signs: lines.filter(|sign| !sign.is_empty()).collect(),
        }
    }

    fn hear(&mut self, line: &str, signs: &[String]) {
        if self.package.is_none() {
            self.package = blamed(line).map(str::to_string);
        }
        let heard = signs.iter().filter(|s| line.contains(s.as_str()));
        for sign in heard {
            if !self.signs.contains(sign) {
                self.signs.push(sign.clone());
            }
        }
    }
}

/// The package that a line of cargo says it could not compile.
fn blamed(line: &str) -> Option<&str> {
    let said = [
        "error: could not compile `",
        "error: failed to run custom build command for `",
    ];
    let rest = said.iter().find_map(|start| line.strip_prefix(start))?;
    rest.split(['`', ' ']).next()
}

/// Runs the task's cargo in its directory. What it says of synthetic packages is left
/// out, the rest passes through as it comes. The exit code is cargo's, or tells which
/// package could not be compiled; the text is the help for what was said.
///
/// `started` is given cargo's process.
pub fn run(doc: &Document, started: &AtomicU32) -> Result<()> {
    let task = &doc.task;
    let mut command = command(&task.cargo, &task.dir)?;
    if task.stand_in {
        command.env("PATH", wrapper::path(doc)?);
    }
    let (status, said) = pass_through(command, task.help.iter().flat_map(|h| &h.signs), started)?;
    if status.success() {
        return Ok(());
    }
    let blamed = said
        .package
        .and_then(|p| doc.blame.iter().position(|b| *b == p));
    let mut failure = match blamed.and_then(|i| doc.failed_codes.get(i)) {
        Some(&code) => failure::exit(code),
        None => failed(&task.cargo, status),
    };
    let fits = |help: &&Help| help.signs.iter().any(|sign| said.signs.contains(sign));
    if let Some(help) = task.help.iter().find(fits) {
        failure.text.clone_from(&help.text);
    }
    Err(failure)
}

/// The failure of a program that has said why it failed, unless it was killed.
pub fn failed(argv: &[String], status: ExitStatus) -> Failure {
    match (
        status.code().and_then(|c| u8::try_from(c).ok()),
        status.signal(),
    ) {
        (Some(code), _) => failure::exit(code),
        (None, signal) => failure::text(format!(
            "{} was killed by signal {}",
            argv[0],
            signal.unwrap_or(0)
        )),
    }
}

/// A command in a directory, with nothing to read.
pub fn command(argv: &[String], dir: &Path) -> Result<Command> {
    let program = argv
        .first()
        .ok_or_else(|| failure::text("the step's document names no program"))?;
    let mut command = Command::new(program);
    command
        .args(&argv[1..])
        .current_dir(dir)
        .stdin(Stdio::null());
    Ok(command)
}

/// Runs a program to its end; it must succeed.
pub fn must(mut command: Command, argv: &[String]) -> Result<()> {
    let status = command.status().at(Path::new(&argv[0]))?;
    if status.success() {
        return Ok(());
    }
    Err(failed(argv, status))
}

/// What a program prints, or none if it fails. Its errors are not shown.
pub fn answer(argv: &[&str]) -> Option<String> {
    let out = Command::new(argv[0])
        .args(&argv[1..])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    out.status
        .success()
        .then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Tells this program that it is the relay of [`pass_through`].
pub const RELAY_VARIABLE: &str = "RUST_FRONTEND_RELAY";

/// Runs a command and passes on each line that names no synthetic package. What it prints
/// and what it says of errors come through one pipe, so that they stay in order: that of a
/// second process of this program, since the standard library makes a pipe for a child
/// alone. (A socket would do for cargo, but not for a test that opens `/dev/stderr`.)
fn pass_through<'a>(
    mut command: Command,
    signs: impl Iterator<Item = &'a String>,
    started: &AtomicU32,
) -> Result<(ExitStatus, Said)> {
    let own = env::current_exe().map_err(failure::text)?;
    let mut relay = Command::new(&own)
        .args(signs)
        .env(RELAY_VARIABLE, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .at(&own)?;
    let pipe = relay.stdin.take().map(OwnedFd::from);
    let pipe = pipe.ok_or_else(|| failure::text("the relay has no pipe"))?;
    let errors = pipe.try_clone().at(&own)?;
    command
        .stdout(Stdio::from(pipe))
        .stderr(Stdio::from(errors));
    let program = command.get_program().to_owned();
    let child = command.spawn().at(Path::new(&program));
    drop(command); // and with it our copies of the pipe's end
    let status = child.and_then(|mut child| {
        started.store(child.id(), Ordering::Relaxed);
        child.wait().at(Path::new(&program))
    });
    let heard = relay.wait_with_output().at(&own)?;
    Ok((status?, Said::read(&String::from_utf8_lossy(&heard.stdout))))
}

/// Whether a line of cargo tells of nothing that the project has: the synthetic packages, the
/// stubs, and that the lock file of a step gets the former. Of the latter it tells before it
/// has `begun` to compile.
fn is_of_the_plan(line: &str, begun: bool) -> bool {
    let locks = || {
        ["     Locking ", "      Adding "]
            .iter()
            .any(|start| line.starts_with(start))
    };
    line.contains(UNIT) || !begun && locks() || line.contains(STUB_VERSION) && is_status(line)
}

/// Whether cargo says that it is at work on a package, or through.
fn is_status(line: &str) -> bool {
    let word = line.trim_start().split(' ').next().unwrap_or_default();
    line.starts_with(' ')
        && ["Compiling", "Checking", "Documenting", "Fresh", "Finished"].contains(&word)
}

/// Passes on what comes, and says at the end what was heard. The arguments are signs.
pub fn relay() -> ExitCode {
    let signs: Vec<String> = env::args().skip(1).collect();
    let mut said = Said::default();
    let mut lines = BufReader::new(io::stdin());
    let (mut line, mut begun) = (Vec::new(), false);
    while lines.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        let text = String::from_utf8_lossy(&line);
        begun |= is_status(&text);
        if !is_of_the_plan(&text, begun) {
            said.hear(&text, &signs);
            // A step goes on when nobody listens any more.
            let _ = io::stderr().write_all(&line);
        }
        line.clear();
    }
    print!("{}", said.write());
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_that_failed_is_found() {
        for (line, package) in [
            (
                "error: could not compile `openssl-sys` (lib) due to 3 previous errors\n",
                Some("openssl-sys"),
            ),
            (
                "error: could not compile `app` (bin \"app\") due to 1 previous error\n",
                Some("app"),
            ),
            (
                "error: failed to run custom build command for `openssl-sys v0.9.104`\n",
                Some("openssl-sys"),
            ),
            (
                "error: failed to run custom build command for `app v0.1.0 (/src)`\n",
                Some("app"),
            ),
            ("error[E0425]: cannot find value `x`\n", None),
            ("   error: could not compile `quoted`\n", None),
            ("warning: `app` (lib) generated 1 warning\n", None),
        ] {
            assert_eq!(blamed(line), package, "{line}");
        }
    }

    #[test]
    fn lines_that_tell_of_no_package_of_the_project_are_left_out() {
        for (line, left_out) in [
            (
                "   Compiling rust-frontend-unit v0.0.0 (/cargo/rust-frontend-unit)\n",
                true,
            ),
            ("   Compiling app v0.0.0-skeleton (/src)\n", true),
            (
                "     Locking 3 packages to latest compatible versions\n",
                true,
            ),
            ("      Adding leaf v1.0.0 (available: v2.0.0)\n", true),
            ("   Compiling app v0.1.0 (/src)\n", false),
            (
                "error: no matching package `app v0.0.0-skeleton (/src)`\n",
                false,
            ),
            ("Locking the door\n", false),
            ("\n", false),
        ] {
            assert_eq!(is_of_the_plan(line, false), left_out, "{line}");
        }
        assert!(!is_of_the_plan("      Adding one and two\n", true));
    }

    #[test]
    fn what_was_heard_reaches_the_step() {
        let signs = ["not found".to_string()];
        let mut said = Said::default();
        assert_eq!(Said::read(&said.write()), said);
        said.hear("a file was not found\n", &signs);
        said.hear("error: could not compile `a` (lib)\n", &signs);
        said.hear("error: could not compile `b` (lib)\n", &signs);
        assert_eq!(said.package.as_deref(), Some("a"));
        assert_eq!(said.signs, ["not found"]);
        assert_eq!(Said::read(&said.write()), said);
        assert_eq!(Said::read(""), Said::default()); // of a relay that was killed
    }
}
