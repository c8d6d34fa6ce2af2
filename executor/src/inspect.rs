//! Says what the toolchain image holds: a KEY=VALUE line for each fact.

use std::env;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::cargo::answer;
use crate::document::Document;
use crate::failure::{Context, Result};
use crate::files;

const PROBE_FILE: &str = "probe";

pub fn run(doc: &Document) -> Result<()> {
    let mut out = String::new();
    let mut fact = |key: &str, value: &str| {
        let _ = writeln!(out, "{key}={}", value.trim());
    };
    fact("cargo", &answer(&["cargo", "-V"]).unwrap_or_default());
    let rustc = answer(&["rustc", "-vV"]).unwrap_or_default();
    for (key, start) in [
        ("rustc", "release: "),
        ("date", "commit-date: "),
        ("host", "host: "),
    ] {
        if let Some(value) = rustc.lines().find_map(|l| l.strip_prefix(start)) {
            fact(key, value);
        }
    }
    let sysroot = PathBuf::from(
        answer(&["rustc", "--print", "sysroot"])
            .unwrap_or_default()
            .trim(),
    );
    let mut programs = search_path();
    for target in sorted(&sysroot.join("lib/rustlib"))? {
        if target.join("lib").is_dir() {
            fact(
                "target",
                &target.file_name().unwrap_or_default().to_string_lossy(),
            );
        }
        programs.push(target.join("bin"));
    }
    for file in objcopy(&programs)? {
        fact("objcopy", &file.to_string_lossy());
    }
    if search_path()
        .iter()
        .any(|dir| is_program(&dir.join("rustup")))
    {
        fact("rustup", "yes");
    }
    if answer(&["cargo", "clippy", "-V"]).is_some() {
        fact("clippy", "yes");
    }
    for (key, path) in &doc.task.inspect {
        if holds_something(path) {
            fact(key, "yes");
        }
    }
    let file = doc.dirs.out.join(PROBE_FILE);
    fs::write(&file, out).at(&file)
}

/// Whether a file or directory is there and not empty.
fn holds_something(path: &Path) -> bool {
    match fs::read_dir(path) {
        Ok(mut all) => all.next().is_some(),
        Err(_) => fs::metadata(path).is_ok_and(|m| m.len() > 0),
    }
}

fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map_or(Vec::new(), |path| env::split_paths(&path).collect())
}

fn sorted(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut out: Vec<PathBuf> = files::entries(dir)?.iter().map(|e| e.path()).collect();
    out.sort();
    Ok(out)
}

/// The programs that can rewrite binaries: of that name or with that ending.
fn objcopy(dirs: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for dir in dirs {
        // What cannot be listed has no programs.
        let all = sorted(dir).unwrap_or_default();
        out.extend(
            all.into_iter()
                .filter(|f| f.to_string_lossy().ends_with("objcopy") && is_program(f)),
        );
    }
    Ok(out)
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}
