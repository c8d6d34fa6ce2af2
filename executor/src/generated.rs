//! Files that a build script writes beside the sources of its package.
//!
//! Cargo lets it, and compiles them; the steps above need them as well.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::document::Document;
use crate::failure::{Context, Result};
use crate::files;

/// Where they are in a step's output, below the directory of the project.
const SOURCES: &str = "sources";

/// Hands on what was written below a directory of the project: all that cargo reads has one
/// time before anything is started.
pub fn keep(doc: &Document, dir: &Path) -> Result<()> {
    let to = doc.dirs.output.join(SOURCES);
    files::walk(dir, &mut |path, kind| {
        let inside = path.strip_prefix(&doc.dirs.source);
        let (true, Ok(inside)) = (kind.is_file() && is_new(doc, path)?, inside) else {
            return Ok(());
        };
        let copy = to.join(inside);
        files::make_parent(&copy)?;
        fs::copy(path, &copy).at(path).map(|_| ())
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
            if !kind.is_file() {
                return Ok(());
            }
            files::make_parent(&to)?;
            files::remove(&to)?;
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
        make(
            &doc.dirs.source,
            &["app/src/gen/a.rs", "app/src/old.rs", "other/y"],
        );
        keep(&doc, &doc.dirs.source.join("app")).unwrap();

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
        assert_eq!(
            there,
            [Path::new("app/src/gen/a.rs"), Path::new("app/src/old.rs")]
        );
        for path in files::below(&above.dirs.source) {
            assert!(!is_new(&above, &path).unwrap(), "{}", path.display());
        }
        files::remove(&root).unwrap();
    }
}
