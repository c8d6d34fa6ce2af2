//! Puts the outputs of the steps below together in a target directory.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::document::Document;
use crate::failure::{Context, Result};
use crate::{files, generated};

/// What cargo keeps of what it has found out about the compiler.
pub const INFO_FILE: &str = ".rustc_info.json";

/// Where the files of a step's output are, below its directory.
pub const TARGET: &str = "target";

/// Puts all outputs below, and what cargo has found out about the compiler, into the
/// target directory. It gives the paths that are there now, in that directory.
pub fn assemble(doc: &Document) -> Result<HashSet<PathBuf>> {
    let target = &doc.dirs.target;
    let mut there = HashSet::new();
    fs::create_dir_all(target).at(target)?;
    generated::put(doc)?;
    for layer in files::entries(&doc.dirs.built)? {
        let from = layer.path().join(TARGET);
        place(&from, &from, target, doc.output_time, &mut there)?;
    }
    // Late, since a file that is added dates its directory now.
    for dir in there
        .iter()
        .map(|d| target.join(d))
        .filter(|d| is_real_dir(d))
    {
        files::date(&dir, doc.output_time).at(&dir)?;
    }
    let info = doc.dirs.info.join(&doc.task.info).join(INFO_FILE);
    if info.exists() {
        fs::copy(&info, target.join(INFO_FILE)).at(&info)?;
    }
    Ok(there)
}

fn is_real_dir(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.is_dir())
}

/// Files that are used from where they lie: rustc and the linker replace them and never
/// write into them, nor into the programs of build scripts, which are large. All others are
/// copied, so that cargo and build scripts can write over them when something is stale.
fn is_linked(path: &Path) -> bool {
    if let Some(ending) = path.extension().and_then(OsStr::to_str) {
        return matches!(ending, "rlib" | "rmeta" | "so" | "a");
    }
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let program = name.starts_with("build-script-") || name.starts_with("build_script_");
    program && fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o111 != 0)
}

fn place(
    root: &Path,
    from: &Path,
    target: &Path,
    time: u64,
    there: &mut HashSet<PathBuf>,
) -> Result<()> {
    for entry in files::entries(from)? {
        let path = entry.path();
        let inside = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
        let to = target.join(&inside);
        let kind = entry.file_type().at(&path)?;
        if kind.is_dir() {
            if there.insert(inside) {
                fs::create_dir_all(&to).at(&to)?;
            }
            place(root, &path, target, time, there)?;
            continue;
        }
        if !there.insert(inside) {
            continue; // two layers that hand out one file hand out the same
        }
        if kind.is_symlink() {
            symlink(fs::read_link(&path).at(&path)?, &to).at(&to)?;
        } else if is_linked(&path) {
            symlink(&path, &to).at(&to)?;
        } else if kind.is_file() {
            files::copy_dated(&path, &to, time).at(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::document;
    use crate::layout::tests::{put, scratch};

    #[test]
    fn outputs_of_all_layers_come_together() {
        let root = scratch("assemble");
        let doc = document(&root, r#"{"do":"layer","info":"wrapped"}"#);
        put(
            &doc.dirs.built,
            &[
                "a/target/release/deps/liba.rlib",
                "a/target/release/.fingerprint/a-1/lib-a",
                "a/watched",
            ],
        );
        put(
            &doc.dirs.built,
            &[
                "b/target/release/deps/libb.so",
                "b/target/release/build/b-1/out/x",
            ],
        );
        put(
            &doc.dirs.info,
            &["wrapped/.rustc_info.json", "plain/.rustc_info.json"],
        );
        let program = "b/target/release/build/b-1/build-script-build";
        put(
            &doc.dirs.built,
            &[program, "b/target/release/build/b-1/out/build-script-notes"],
        );
        fs::set_permissions(
            doc.dirs.built.join(program),
            fs::Permissions::from_mode(0o755),
        )
        .unwrap();
        fs::create_dir_all(&doc.dirs.target).unwrap();
        let there = assemble(&doc).unwrap();
        let target = &doc.dirs.target;
        for (name, linked) in [
            ("release/deps/liba.rlib", true),
            ("release/deps/libb.so", true),
            ("release/build/b-1/build-script-build", true),
            ("release/build/b-1/out/build-script-notes", false),
            ("release/.fingerprint/a-1/lib-a", false),
            ("release/build/b-1/out/x", false),
        ] {
            let kind = fs::symlink_metadata(target.join(name)).unwrap().file_type();
            assert_eq!(kind.is_symlink(), linked, "{name}");
            assert!(there.contains(Path::new(name)), "{name}");
        }
        assert_eq!(
            fs::read_to_string(target.join(INFO_FILE)).unwrap(),
            "wrapped/.rustc_info.json"
        );
        let dated = |name: &str| fs::metadata(target.join(name)).unwrap().modified().unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(doc.output_time);
        for name in ["release", "release/deps", "release/.fingerprint/a-1/lib-a"] {
            assert_eq!(dated(name), time, "{name}");
        }
        files::remove(&root).unwrap();
    }
}
