//! What earlier tries have found out about a step, in the cache that all steps share.
//!
//! It spares the first try and no more: what is not remembered is missed, and what is
//! remembered and not there any more is asked for in vain.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::document::{Document, Lookups as Task};
use crate::failure::{Context, Result};
use crate::files;
use crate::lookups::Lookups;

/// The directory in the shared one.
const KNOWN: &str = "known";

/// Marks a file that the plan has written, and that is wanted as the project has it.
const ORIGINAL: char = '=';

/// What the step has been found to read and has not; none if there is nothing.
pub fn lacking(doc: &Document, task: &Task) -> Option<Lookups> {
    let said = fs::read_to_string(file(doc, task)?).ok()?;
    let mut out = Lookups::default();
    for line in said.lines() {
        match line.strip_prefix(ORIGINAL) {
            Some(path) => lacks(&doc.dirs.originals, path, &mut out.planned),
            None => lacks(&doc.dirs.source, line, &mut out.missed),
        }
    }
    Some(out).filter(|l| !l.missed.is_empty() || !l.planned.is_empty())
}

fn lacks(dir: &Path, path: &str, lacking: &mut BTreeSet<PathBuf>) {
    if fs::symlink_metadata(dir.join(path)).is_err() {
        lacking.insert(path.into());
    }
}

/// Remembers what was found out for the step, for other documents of it.
pub fn keep(doc: &Document, task: &Task) -> Result<()> {
    let Some(file) = file(doc, task) else {
        return Ok(());
    };
    let lines: Vec<String> = task
        .files
        .iter()
        .cloned()
        .chain(task.originals.iter().map(|o| format!("{ORIGINAL}{o}")))
        .collect();
    let text = lines.join("\n");
    if task.forget && lines.is_empty() {
        return files::remove(&file);
    }
    if lines.is_empty() || fs::read_to_string(&file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    files::make_parent(&file)?;
    // Under another name first: other steps may read it now.
    let part = file.with_extension(&doc.id);
    fs::write(&part, text).at(&part)?;
    fs::rename(&part, &file).at(&file)
}

/// The file of the step, none where nothing is remembered.
fn file(doc: &Document, task: &Task) -> Option<PathBuf> {
    let there = !task.memory.is_empty() && doc.dirs.slots.is_dir();
    there.then(|| doc.dirs.slots.join(KNOWN).join(&task.memory))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::document;
    use crate::layout::tests::{put, scratch};

    #[test]
    fn what_one_try_finds_another_knows() {
        let root = scratch("memory");
        let wanted = r#"{"do":"layer","lookups":{"memory":"key","files":["VERSION","a b/c"],"originals":["app/Cargo.toml"]}}"#;
        let second = document(&root, wanted);
        let task = second.task.lookups.as_ref().unwrap();
        keep(&second, task).unwrap(); // where there is no shared directory
        assert!(lacking(&second, task).is_none());
        fs::create_dir_all(&second.dirs.slots).unwrap();
        keep(&second, task).unwrap();

        let first = document(&root, r#"{"do":"layer","lookups":{"memory":"key"}}"#);
        let task = first.task.lookups.as_ref().unwrap();
        put(&first.dirs.source, &["VERSION"]);
        let known = lacking(&first, task).unwrap();
        assert_eq!(known.missed, BTreeSet::from([PathBuf::from("a b/c")]));
        assert_eq!(
            known.planned,
            BTreeSet::from([PathBuf::from("app/Cargo.toml")])
        );
        put(&first.dirs.source, &["a b/c"]);
        put(&first.dirs.originals, &["app/Cargo.toml"]);
        assert!(lacking(&first, task).is_none());
        keep(&first, task).unwrap(); // who has found nothing forgets nothing
        files::remove(&first.dirs.source).unwrap();
        assert!(lacking(&first, task).is_some());
        let forgets = document(
            &root,
            r#"{"do":"layer","lookups":{"memory":"key","forget":true}}"#,
        );
        keep(&forgets, forgets.task.lookups.as_ref().unwrap()).unwrap();
        assert!(lacking(&first, task).is_none());
        let other = document(&root, r#"{"do":"layer","lookups":{"memory":"other"}}"#);
        assert!(lacking(&other, other.task.lookups.as_ref().unwrap()).is_none());
        files::remove(&root).unwrap();
    }
}
