//! How cargo lays out what it compiles, in the directory of a profile.
//!
//! The older layout has `.fingerprint/NAME-HASH`, `build/NAME-HASH` and files with the hash in
//! their names in `deps`. Since Rust 1.100 each unit has a directory of its own,
//! `build/NAME/HASH`, with `fingerprint`, `out` and `run` in it.
//! https://doc.rust-lang.org/cargo/reference/build-cache.html

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Result;
use crate::files;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Directories by kind of file.
    ByKind,
    /// Directories by unit.
    ByUnit,
}

/// A unit that has a fingerprint.
#[derive(Debug)]
pub struct Unit {
    /// The package's name.
    pub name: String,
    pub hash: String,
    /// Where the fingerprint is.
    pub fingerprint: PathBuf,
}

/// The layout of the directory of a profile in which cargo has compiled something; none
/// when there is nothing that is known.
pub fn of(dir: &Path) -> Option<Layout> {
    if dir.join(".fingerprint").is_dir() {
        return dir.join("deps").is_dir().then_some(Layout::ByKind);
    }
    let by_unit = files::entries(&dir.join("build")).ok()?.iter().any(|name| {
        files::entries(&name.path()).is_ok_and(|units| {
            units
                .iter()
                .any(|u| is_hash(&files::name(u)) && u.path().join("fingerprint").is_dir())
        })
    });
    by_unit.then_some(Layout::ByUnit)
}

/// The units of the directory of a profile.
pub fn units(dir: &Path, layout: Layout) -> Result<Vec<Unit>> {
    let mut out = Vec::new();
    match layout {
        Layout::ByKind => {
            for entry in files::entries(&dir.join(".fingerprint"))? {
                if let Some((name, hash)) = split(&files::name(&entry)) {
                    out.push(Unit {
                        name: name.into(),
                        hash: hash.into(),
                        fingerprint: entry.path(),
                    });
                }
            }
        }
        Layout::ByUnit => {
            for package in files::entries(&dir.join("build"))? {
                for unit in files::entries(&package.path())? {
                    let hash = files::name(&unit);
                    if is_hash(&hash) {
                        out.push(Unit {
                            name: files::name(&package),
                            hash,
                            fingerprint: unit.path().join("fingerprint"),
                        });
                    }
                }
            }
        }
    }
    Ok(out)
}

/// NAME and HASH of NAME-HASH.
pub fn split(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once('-').filter(|(_, hash)| is_hash(hash))
}

/// Cargo's hashes are 16 hexadecimal digits.
pub fn is_hash(text: &str) -> bool {
    text.len() == 16
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// What build scripts have printed to cargo, in the directory of a profile.
pub fn build_outputs(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for entry in files::entries(&dir.join("build"))? {
        let one = entry.path();
        out.push(one.join("output"));
        for unit in files::entries(&one)? {
            out.push(unit.path().join("run/stdout"));
        }
    }
    out.retain(|f| fs::metadata(f).is_ok_and(|m| m.is_file()));
    Ok(out)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A directory for a test, empty.
    pub fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!(
            "rust-frontend-executor-{}-{name}",
            std::process::id()
        ));
        files::remove(&dir).unwrap();
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    /// Writes files with their names as contents.
    pub fn put(dir: &Path, names: &[&str]) {
        for name in names {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
    }

    #[test]
    fn both_layouts_are_told_apart_and_no_other_is_guessed() {
        let dir = scratch("layouts");
        put(
            &dir,
            &[
                "kind/.fingerprint/a-b-0123456789abcdef/lib-a_b",
                "kind/deps/liba_b-0123456789abcdef.rlib",
                "unit/build/a-b/0123456789abcdef/fingerprint/lib-a_b",
                "unit/build/a-b/0123456789abcdef/out/liba_b.rlib",
                "future/units/a-b/0123456789abcdef/lib-a_b",
                "later/build/a-b/0123456789abcdef0/fingerprint/lib-a_b",
                "renamed/.fingerprint/a-b-0123456789abcdef/lib-a_b",
            ],
        );
        for (name, layout) in [
            ("kind", Some(Layout::ByKind)),
            ("unit", Some(Layout::ByUnit)),
            ("future", None),
            ("later", None),
            ("renamed", None),
            ("missing", None),
        ] {
            assert_eq!(of(&dir.join(name)), layout, "{name}");
        }
        for (name, layout) in [("kind", Layout::ByKind), ("unit", Layout::ByUnit)] {
            let units = units(&dir.join(name), layout).unwrap();
            assert_eq!(
                (units.len(), &*units[0].name, &*units[0].hash),
                (1, "a-b", "0123456789abcdef"),
                "{name}"
            );
            assert!(units[0].fingerprint.join("lib-a_b").is_file(), "{name}");
        }
        files::remove(&dir).unwrap();
    }
}
