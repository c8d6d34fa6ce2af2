//! Files that a build script writes among the sources of the project.
//!
//! Cargo lets it, and compiles them; the steps above need them as well.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::document::Document;
use crate::failure::{Context, Result};
use crate::files;

/// Where they are in a step's output, below the directory of the project.
const SOURCES: &str = "sources";

/// The files and links that are there before anything is started.
pub fn before(doc: &Document) -> Result<HashSet<PathBuf>> {
    let mut out = HashSet::new();
    files::walk(&doc.dirs.source, &mut |path, kind| {
        if !kind.is_dir() {
            out.insert(path.to_path_buf());
        }
        Ok(())
    })?;
    Ok(out)
}

/// Hands on what was written below the project's directory since then: what was not there,
/// and what has another time than all that cargo reads.
pub fn keep(doc: &Document, before: &HashSet<PathBuf>) -> Result<()> {
    let to = doc.dirs.output.join(SOURCES);
    files::walk(&doc.dirs.source, &mut |path, kind| {
        let Ok(inside) = path.strip_prefix(&doc.dirs.source) else {
            return Ok(());
        };
        let new = !before.contains(path);
        let copy = to.join(inside);
        if kind.is_symlink() && new {
            files::make_parent(&copy)?;
            symlink(fs::read_link(path).at(path)?, &copy).at(&copy)?;
        } else if kind.is_file() && (new || is_new(doc, path)?) {
            files::make_parent(&copy)?;
            fs::copy(path, &copy).at(path)?;
        }
        Ok(())
    })
}

fn is_new(doc: &Document, path: &Path) -> Result<bool> {
    let time = fs::symlink_metadata(path)
        .and_then(|m| m.modified())
        .at(path)?;
    Ok(time
        .duration_since(UNIX_EPOCH)
        .map_or(true, |t| t.as_secs() != doc.file_time))
}

/// Puts what the steps below have handed on where it was written.
pub fn put(doc: &Document) -> Result<()> {
    for layer in files::entries(&doc.dirs.built)? {
        let from = layer.path().join(SOURCES);
        files::walk(&from, &mut |path, kind| {
            let inside = path.strip_prefix(&from).unwrap_or(path);
            let to = doc.dirs.source.join(inside);
            if kind.is_dir() {
                return Ok(());
            }
            files::make_parent(&to)?;
            files::remove(&to)?;
            if kind.is_symlink() {
                return symlink(fs::read_link(path).at(path)?, &to).at(&to);
            }
            files::copy_dated(path, &to, doc.file_time).at(path)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::document;
    use crate::layout::tests::{put as make, scratch};

    #[test]
    fn what_a_build_script_writes_is_there_in_the_steps_above() {
        let root = scratch("generated");
        let doc = document(&root, r#"{"do":"layer"}"#);
        make(
            &doc.dirs.source,
            &["app/src/lib.rs", "app/src/old.rs", "other/x"],
        );
        files::date_below(&doc.dirs.source, doc.file_time).unwrap();
        let before = before(&doc).unwrap();
        make(
            &doc.dirs.source,
            &["app/src/gen/a.rs", "app/src/old.rs", "other/y"],
        );
        // Copied with its time, as `cp -p` does.
        make(&doc.dirs.source, &["shared/kept.rs"]);
        files::date(&doc.dirs.source.join("shared/kept.rs"), doc.file_time).unwrap();
        symlink("old.rs", doc.dirs.source.join("app/src/link.rs")).unwrap();
        keep(&doc, &before).unwrap();

        let above = document(&root.join("above"), r#"{"do":"layer"}"#);
        fs::create_dir_all(&above.dirs.built).unwrap();
        fs::rename(&doc.dirs.output, above.dirs.built.join("tree-app")).unwrap();
        make(&above.dirs.source, &["app/src/old.rs"]);
        put(&above).unwrap();
        let there = files::below(&above.dirs.source);
        let there: Vec<_> = there
            .iter()
            .map(|p| p.strip_prefix(&above.dirs.source).unwrap().to_path_buf())
            .collect();
        let want = [
            "app/src/gen/a.rs",
            "app/src/link.rs",
            "app/src/old.rs",
            "other/y",
            "shared/kept.rs",
        ];
        assert_eq!(there, want.map(Path::new));
        assert!(fs::read_link(above.dirs.source.join("app/src/link.rs")).is_ok());
        for path in files::below(&above.dirs.source) {
            if path.is_symlink() {
                continue;
            }
            assert!(!is_new(&above, &path).unwrap(), "{}", path.display());
        }
        files::remove(&root).unwrap();
    }
}
