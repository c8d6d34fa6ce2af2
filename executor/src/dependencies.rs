//! Compiles all dependencies in one step, over a skeleton of the workspace.

use std::path::Path;

use crate::assemble::INFO_FILE;
use crate::document::Document;
use crate::failure::Result;
use crate::layout::{is_hash, split};
use crate::{compile, files, rustc};

pub fn run(doc: &Document) -> Result<()> {
    let task = &doc.task;
    files::write_all(doc)?;
    if task.date_vendor {
        files::date_dirs(&doc.dirs.vendor, doc.file_time)?;
    }
    if !compile::run(doc, &doc.dirs.target)? {
        return Ok(());
    }
    if !task.questions.is_empty() {
        question(doc)?;
    }
    for inside in &task.unit_dirs {
        drop_stubs(doc, &doc.dirs.target.join(inside))?;
    }
    Ok(())
}

/// Lets cargo question the compiler as the source step will, without the wrapper: it
/// keeps the answers beside its output for one of both.
fn question(doc: &Document) -> Result<()> {
    let task_dir = &doc.task.dir;
    let (dir, target) = (doc.dirs.home.join("question"), doc.dirs.home.join("answer"));
    files::copy_below(&task_dir.join(".cargo"), &dir.join(".cargo"))?;
    rustc::write_package(&dir)?;
    rustc::ask(doc, &dir, &target, rustc::Way::Plain)?;
    files::remove(&doc.dirs.target.join(INFO_FILE))?;
    // The directories may be on two file systems.
    let (from, to) = (target.join(INFO_FILE), doc.dirs.target.join(INFO_FILE));
    if from.exists() {
        files::copy_dated(&from, &to, doc.file_time).map_err(crate::failure::text)?;
    }
    Ok(())
}

/// Removes every trace of the stubs, by name: fingerprints, libraries, binaries, runs of
/// build scripts. An external crate that has a stub's name goes with it and is
/// compiled again in the source step; that costs time and nothing else.
/// https://doc.rust-lang.org/cargo/reference/build-cache.html
fn drop_stubs(doc: &Document, dir: &Path) -> Result<()> {
    let task = &doc.task;
    if task.packages.is_empty() {
        return Ok(());
    }
    for entry in files::entries(dir)? {
        let name = files::name(&entry);
        if !entry.path().is_dir() || name == "incremental" || name == "examples" {
            files::remove(&entry.path())?;
        }
    }
    let of_package = |name: &str| task.packages.iter().any(|p| p == name);
    drop_named(&dir.join(".fingerprint"), &|name| {
        split(name).is_some_and(|(p, _)| of_package(p))
    })?;
    drop_named(&dir.join("build"), &|name| {
        of_package(name) || split(name).is_some_and(|(p, _)| of_package(p))
    })?;
    drop_named(&dir.join("deps"), &|name| {
        task.crates.iter().any(|c| is_of_crate(name, c))
    })
}

fn drop_named(dir: &Path, gone: &dyn Fn(&str) -> bool) -> Result<()> {
    for entry in files::entries(dir)? {
        if gone(&files::name(&entry)) {
            files::remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Whether a file of `deps` is made of a crate: with or without a hash behind its name.
fn is_of_crate(file: &str, name: &str) -> bool {
    let of = |file: &str| {
        let Some(rest) = file.strip_prefix(name) else {
            return false;
        };
        let rest = match rest
            .strip_prefix('-')
            .and_then(|r| r.get(..16).filter(|h| is_hash(h)).map(|_| &r[16..]))
        {
            Some(behind) => behind,
            None => rest,
        };
        rest.is_empty() || rest.starts_with('.')
    };
    of(file) || file.strip_prefix("lib").is_some_and(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_crate_are_told_from_those_of_its_neighbours() {
        for (file, own) in [
            ("app", true),
            ("app.d", true),
            ("app-0123456789abcdef", true),
            ("app-0123456789abcdef.d", true),
            ("app-0123456789abcdef.app.1.rcgu.dwo", true),
            ("libapp-0123456789abcdef.rlib", true),
            ("libapp.so", true),
            ("app_more-0123456789abcdef", false),
            ("libapp_more.rlib", false),
            ("app-0123", false),
            ("napp-0123456789abcdef", false),
            ("application", false),
            ("app-é123456789abcdef", false),
        ] {
            assert_eq!(is_of_crate(file, "app"), own, "{file}");
        }
    }
}
