//! Selects what a step has compiled, and leaves that alone.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::assemble::TARGET;
use crate::document::{Document, UNIT};
use crate::failure::{Context, Result};
use crate::files;
use crate::layout::{self, Layout};

/// Moves what is new and belongs to the step's packages to the output directory, dates
/// it, and removes all else from the target directory.
///
/// What is new and belongs to another package was compiled a second time: a miss, which
/// is said and not handed on, since the copy of the step that it belongs to would be
/// older than what was compiled over this one. Of the synthetic packages nothing stays.
///
/// Cargo compiles a package again when something below it is newer: a layer that is
/// made again, since the daemon has dropped it from its cache, must not be newer than
/// those above it that are still there. So all outputs have one time.
pub fn keep(doc: &Document, before: &HashSet<PathBuf>) -> Result<()> {
    let output = doc.dirs.output.join(TARGET);
    fs::create_dir_all(&output).at(&output)?;
    for inside in &doc.task.unit_dirs {
        let dir = doc.dirs.target.join(inside);
        let Some(layout) = layout::of(&dir) else {
            continue;
        };
        let unit_dir = UnitDir {
            doc,
            before,
            inside,
            dir,
            to: output.join(inside),
        };
        match layout {
            Layout::ByKind => unit_dir.keep_by_kind()?,
            Layout::ByUnit => unit_dir.keep_by_unit()?,
        }
    }
    for entry in files::entries(&doc.dirs.target)? {
        if entry.path() != doc.dirs.output {
            files::remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Dates the output directory, when all is in it.
pub fn date(doc: &Document) -> Result<()> {
    files::date_below(&doc.dirs.output, doc.output_time)?;
    files::date(&doc.dirs.output, doc.output_time).at(&doc.dirs.output)
}

struct UnitDir<'a> {
    doc: &'a Document,
    before: &'a HashSet<PathBuf>,
    inside: &'a Path,
    dir: PathBuf,
    to: PathBuf,
}

impl UnitDir<'_> {
    fn is_new(&self, path: &Path) -> bool {
        !self.before.contains(&self.inside.join(path))
    }

    /// Whether what belongs to a package is handed on.
    fn is_own(&self, package: &str) -> bool {
        self.doc.task.packages.iter().any(|p| p == package)
    }

    fn move_on(&self, path: &Path) -> Result<()> {
        files::rename(&self.dir.join(path), &self.to.join(path))
    }

    /// Says that a package was compiled although a step below had.
    fn say_again(&self, package: &str) {
        if !package.starts_with(UNIT) {
            eprintln!("rust-frontend: {package} was compiled again");
        }
    }

    /// The same of a unit that was there: no output of a layer says when cargo was invoked,
    /// and what cargo compiles says so.
    fn say_if_again(&self, unit: &layout::Unit) {
        if unit.fingerprint.join("invoked.timestamp").exists() {
            self.say_again(&unit.name);
        }
    }

    fn keep_by_kind(&self) -> Result<()> {
        let mut foreign = Vec::new();
        for unit in layout::units(&self.dir, Layout::ByKind)? {
            let both = format!("{}-{}", unit.name, unit.hash);
            let path = Path::new(".fingerprint").join(&both);
            if !self.is_new(&path) {
                self.say_if_again(&unit);
                continue;
            }
            if self.is_own(&unit.name) {
                drop_unread(&unit.fingerprint)?;
                self.move_on(&path)?;
            } else {
                self.say_again(&unit.name);
                foreign.push(format!("-{}", unit.hash));
            }
        }
        for entry in files::entries(&self.dir.join("build"))? {
            let name = files::name(&entry);
            let path = Path::new("build").join(&name);
            let own = layout::split(&name).is_some_and(|(package, _)| self.is_own(package));
            if own && self.is_new(&path) {
                self.move_on(&path)?;
            }
        }
        let synthetic = UNIT.replace('-', "_");
        for entry in files::entries(&self.dir.join("deps"))? {
            let name = files::name(&entry);
            let path = Path::new("deps").join(&name);
            let other = name.contains(&synthetic)
                || name.contains(UNIT)
                || foreign.iter().any(|hash| name.contains(hash));
            if !other && !name.ends_with(".d") && self.is_new(&path) {
                self.move_on(&path)?;
            }
        }
        Ok(())
    }

    fn keep_by_unit(&self) -> Result<()> {
        for unit in layout::units(&self.dir, Layout::ByUnit)? {
            let path = Path::new("build").join(&unit.name).join(&unit.hash);
            if !self.is_new(&path) {
                self.say_if_again(&unit);
                continue;
            }
            if !self.is_own(&unit.name) {
                self.say_again(&unit.name);
                continue;
            }
            if unit.fingerprint.is_dir() {
                drop_unread(&unit.fingerprint)?;
            }
            for entry in files::entries(&self.dir.join(&path).join("out"))? {
                if files::name(&entry).ends_with(".d") && is_dep_info(&unit.fingerprint) {
                    files::remove(&entry.path())?;
                }
            }
            self.move_on(&path)?;
        }
        Ok(())
    }
}

/// Whether a unit is one that rustc compiled: the directory `out` of a run of a build
/// script has files of that script, which stay.
fn is_dep_info(fingerprint: &Path) -> bool {
    files::entries(fingerprint)
        .is_ok_and(|all| all.iter().any(|e| files::name(e).starts_with("dep-")))
}

/// Removes what cargo does not read of a package that is fresh, since every step above
/// copies it: when it was compiled, and what a stale fingerprint would be explained with.
/// The compiler's messages go too: cargo would print them in each step above again.
fn drop_unread(fingerprint: &Path) -> Result<()> {
    for entry in files::entries(fingerprint)? {
        let name = files::name(&entry);
        if name == "invoked.timestamp" || name.ends_with(".json") || name.starts_with("output-") {
            files::remove(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble;
    use crate::document::tests::document;
    use crate::layout::tests::{put, scratch};

    const TASK: &str =
        r#"{"do":"layer","unitDirs":["release","triple/release"],"packages":["own-one"]}"#;

    /// Compiles over a step below: what it has made, and what is left of that.
    fn step(name: &str, below: &[&str], made: &[&str]) -> Vec<String> {
        let root = scratch(name);
        let doc = document(&root, TASK);
        put(&doc.dirs.built.join("low/target"), below);
        fs::create_dir_all(&doc.dirs.target).unwrap();
        let before = assemble::assemble(&doc).unwrap();
        put(&doc.dirs.target, made);
        keep(&doc, &before).unwrap();
        date(&doc).unwrap();
        let mut left = Vec::new();
        for path in files::below(&doc.dirs.target) {
            let inside = path
                .strip_prefix(doc.dirs.output.join(TARGET))
                .expect("all else is gone");
            left.push(inside.display().to_string());
        }
        files::remove(&root).unwrap();
        left
    }

    #[test]
    fn by_kind_what_is_new_and_own_stays() {
        let left = step(
            "keep-by-kind",
            &[
                "release/.fingerprint/low-00000000000000aa/lib-low",
                "release/deps/liblow-00000000000000aa.rlib",
                "release/build/low-00000000000000ab/output",
            ],
            &[
                "CACHEDIR.TAG",
                ".rustc_info.json",
                "release/.cargo-lock",
                "release/incremental/x/y",
                "release/.fingerprint/own-one-00000000000000bb/lib-own_one",
                "release/.fingerprint/own-one-00000000000000bb/lib-own_one.json",
                "release/.fingerprint/own-one-00000000000000bb/invoked.timestamp",
                "release/.fingerprint/own-one-00000000000000bb/output-lib-own_one",
                "release/deps/libown_one-00000000000000bb.rlib",
                "release/deps/own_one-00000000000000bb.d",
                "release/build/own-one-00000000000000bc/output",
                "release/build/own-one-00000000000000bc/out/made.d",
                "release/.fingerprint/low-00000000000000cc/lib-low",
                "release/deps/liblow-00000000000000cc.rlib",
                "release/build/low-00000000000000cd/output",
                "release/.fingerprint/rust-frontend-unit-00000000000000dd/lib-rust-frontend-unit",
                "release/deps/librust_frontend_unit-00000000000000dd.rmeta",
                "release/build/rust-frontend-unit-00000000000000de/build-script-build",
            ],
        );
        assert_eq!(
            left,
            [
                "release/.fingerprint/own-one-00000000000000bb/lib-own_one",
                "release/build/own-one-00000000000000bc/out/made.d",
                "release/build/own-one-00000000000000bc/output",
                "release/deps/libown_one-00000000000000bb.rlib",
            ]
        );
    }

    #[test]
    fn by_unit_what_is_new_and_own_stays() {
        let left = step(
            "keep-by-unit",
            &[
                "triple/release/build/low/00000000000000aa/fingerprint/lib-low",
                "triple/release/build/low/00000000000000aa/out/liblow.rlib",
            ],
            &[
                "triple/release/.cargo-lock",
                "triple/release/build/own-one/00000000000000bb/fingerprint/lib-own_one",
                "triple/release/build/own-one/00000000000000bb/fingerprint/lib-own_one.json",
                "triple/release/build/own-one/00000000000000bb/fingerprint/dep-lib-own_one",
                "triple/release/build/own-one/00000000000000bb/fingerprint/invoked.timestamp",
                "triple/release/build/own-one/00000000000000bb/fingerprint/output-lib-own_one",
                "triple/release/build/own-one/00000000000000bb/out/libown_one.rlib",
                "triple/release/build/own-one/00000000000000bb/out/own_one.d",
                "triple/release/build/own-one/00000000000000bc/fingerprint/run-build-script-build",
                "triple/release/build/own-one/00000000000000bc/run/stdout",
                "triple/release/build/own-one/00000000000000bc/out/made.d",
                "triple/release/build/low/00000000000000cc/fingerprint/lib-low",
                "triple/release/build/low/00000000000000cc/out/liblow.rlib",
                "triple/release/build/rust-frontend-unit/00000000000000dd/fingerprint/lib-x",
            ],
        );
        assert_eq!(
            left,
            [
                "triple/release/build/own-one/00000000000000bb/fingerprint/dep-lib-own_one",
                "triple/release/build/own-one/00000000000000bb/fingerprint/lib-own_one",
                "triple/release/build/own-one/00000000000000bb/out/libown_one.rlib",
                "triple/release/build/own-one/00000000000000bc/fingerprint/run-build-script-build",
                "triple/release/build/own-one/00000000000000bc/out/made.d",
                "triple/release/build/own-one/00000000000000bc/run/stdout",
            ]
        );
    }

    #[test]
    fn of_a_layout_that_is_not_known_nothing_stays() {
        assert!(step(
            "keep-unknown",
            &[],
            &["release/units/own-one/00000000000000bb/lib"]
        )
        .is_empty());
    }
}
