//! The program as steps start it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn start(variable: Option<(&str, &str)>, args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rust-frontend-executor"));
    command.args(args).envs(variable);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn as_a_build_script_it_does_nothing() {
    let out = start(None, &[], "");
    assert!(out.status.success() && out.stdout.is_empty() && out.stderr.is_empty());
}

#[test]
fn the_relay_leaves_synthetic_packages_out_and_keeps_the_order() {
    let lines = "one\nrust-frontend-unit does not exist\ntwo does not exist\nerror: could not compile `a` (lib)\nthree";
    let out = start(
        Some(("RUST_FRONTEND_RELAY", "1")),
        &["does not exist"],
        lines,
    );
    let said = "one\ntwo does not exist\nerror: could not compile `a` (lib)\nthree";
    assert_eq!(text(&out.stderr), said);
    assert_eq!(text(&out.stdout), "a\ndoes not exist\n");
    let out = start(
        Some(("RUST_FRONTEND_RELAY", "1")),
        &["does not exist"],
        "rust-frontend-unit does not exist\n",
    );
    assert_eq!(text(&out.stdout), "\n\n");
}

#[test]
fn a_document_that_is_none_is_one_sentence() {
    for (document, says) in [
        ("", "byte 0 of the document: expected a value"),
        (
            "{\"task\":{\"do\":\"dance\"}}",
            "\"dance\", which is not known",
        ),
        ("/no/such/file", "/no/such/file: "),
    ] {
        let out = start(Some(("RUST_FRONTEND_STEP", document)), &["a step"], "");
        assert_eq!(out.status.code(), Some(1), "{document}");
        assert!(
            text(&out.stderr).starts_with("rust-frontend: "),
            "{document}: {}",
            text(&out.stderr)
        );
        assert!(
            text(&out.stderr).contains(says),
            "{document}: {}",
            text(&out.stderr)
        );
        assert_eq!(text(&out.stderr).lines().count(), 1, "{document}");
    }
}
