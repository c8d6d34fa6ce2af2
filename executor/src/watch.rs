//! What build scripts watch.
//! https://doc.rust-lang.org/cargo/reference/build-scripts.html#rerun-if-changed

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::assemble::TARGET;
use crate::document::Document;
use crate::failure::{Context, Result};
use crate::{files, layout};
use rust_frontend_codec::{hex, Sha256};

/// Lists what a package's build script watches, in a step's output.
const WATCHED_FILE: &str = "watched";

/// A time later than any output, a day behind all of them.
const LATER: u64 = 24 * 60 * 60;

/// Marks what is there for its name alone, in that list.
const NAME: &str = "-";

/// Lists what the package's build script said it watches, with what is there now. The
/// step does not have all files of the tree: what was missing may be there later, with
/// the same time as all files, and cargo would not notice.
pub fn list(doc: &Document) -> Result<()> {
    let mut out = String::new();
    let names = names(doc);
    for name in &names {
        let _ = writeln!(out, "{NAME} {}", name.display());
    }
    for path in declared(doc)? {
        let _ = writeln!(out, "{} {}", state(&path, &names), path.display());
    }
    let file = doc.dirs.output.join(WATCHED_FILE);
    fs::write(&file, out).at(&file)
}

/// What the lines of the package's build script name, apart from cargo's outputs.
pub fn declared(doc: &Document) -> Result<Vec<PathBuf>> {
    if doc.task.watch.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let mut paths = BTreeSet::new();
    for inside in &doc.task.unit_dirs {
        for file in layout::build_outputs(&doc.dirs.output.join(TARGET).join(inside))? {
            let said = fs::read(&file).at(&file)?;
            for path in watched(&String::from_utf8_lossy(&said)) {
                paths.insert(doc.task.watch.join(path)); // an absolute one stays what it is
            }
        }
    }
    paths.retain(|path| !path.starts_with(&doc.dirs.target));
    Ok(paths.into_iter().collect())
}

/// What is there for its name alone: it may be more in a later step.
fn names(doc: &Document) -> Vec<PathBuf> {
    let names = doc.task.lookups.iter().flat_map(|l| &l.names);
    names.map(|name| doc.dirs.source.join(name)).collect()
}

/// What the lines that a build script has printed name.
fn watched(said: &str) -> Vec<String> {
    let starts = ["cargo:rerun-if-changed=", "cargo::rerun-if-changed="];
    said.lines()
        .filter_map(|line| starts.iter().find_map(|s| line.strip_prefix(s)))
        .map(str::to_string)
        .collect()
}

/// A sum of all that a path holds, but for what is there for its name and lies below that,
/// in whatever form.
fn state(path: &Path, names: &[PathBuf]) -> String {
    let mut sum = Sha256::new();
    for file in files::below(path) {
        let real = fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
        if names.iter().any(|name| real.starts_with(name)) {
            continue;
        }
        sum.update(file.as_os_str().as_bytes());
        sum.update(&[0]);
        let mut own = Sha256::new();
        own.update(&fs::read(&file).unwrap_or_default()); // such as a link to nothing
        sum.update(&own.finish());
    }
    hex(&sum.finish())
}

/// Dates what a build script of the tree watches in the future where it is not what it
/// was for its layer, so that cargo runs the script again.
pub fn recheck(doc: &Document) -> Result<()> {
    for layer in files::entries(&doc.dirs.built)? {
        let Ok(lines) = fs::read_to_string(layer.path().join(WATCHED_FILE)) else {
            continue;
        };
        let lines: Vec<_> = lines.lines().filter_map(|l| l.split_once(' ')).collect();
        let named = lines.iter().filter(|(mark, _)| *mark == NAME);
        let names: Vec<_> = named.map(|(_, name)| PathBuf::from(name)).collect();
        for (sum, path) in lines.iter().filter(|(mark, _)| *mark != NAME) {
            let path = Path::new(path);
            if path.exists() && state(path, &names) != *sum {
                files::date(path, doc.output_time + LATER).at(path)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::{put, scratch};

    #[test]
    fn both_spellings_are_heard() {
        let said = "cargo:rustc-cfg=x\ncargo:rerun-if-changed=a b\ncargo::rerun-if-changed=/src/c\nsaid cargo:rerun-if-changed=d\n";
        assert_eq!(watched(said), ["a b", "/src/c"]);
    }

    #[test]
    fn a_state_is_that_of_names_and_contents() {
        let dir = scratch("state");
        put(&dir, &["a/x", "a/y/z"]);
        let state = |path: &Path| state(path, &[]);
        let was = state(&dir.join("a"));
        assert_eq!(state(&dir.join("a")), was);
        fs::write(dir.join("a/y/z"), "other").unwrap();
        let changed = state(&dir.join("a"));
        assert_ne!(changed, was);
        fs::rename(dir.join("a/x"), dir.join("a/w")).unwrap();
        assert_ne!(state(&dir.join("a")), changed);
        assert_eq!(state(&dir.join("missing")), state(&dir.join("missing too")));
        assert_ne!(state(&dir.join("missing")), was);
        files::remove(&dir).unwrap();
    }

    #[test]
    fn a_state_has_nothing_of_what_is_there_for_its_name() {
        let dir = fs::canonicalize(scratch("state-names")).unwrap();
        put(&dir, &["a/x", "a/name", "a/dir/y"]);
        let names = [dir.join("a/name"), dir.join("a/dir/")];
        let was = state(&dir.join("a"), &names);
        fs::write(dir.join("a/name"), "more").unwrap();
        fs::write(dir.join("a/dir/z"), "more").unwrap();
        assert_eq!(state(&dir.join("a"), &names), was);
        fs::write(dir.join("a/x"), "more").unwrap();
        assert_ne!(state(&dir.join("a"), &names), was);
        files::remove(&dir).unwrap();
    }
}
