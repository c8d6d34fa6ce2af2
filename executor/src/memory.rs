//! What earlier tries have found out about a step, in the cache that all steps share.
//!
//! It spares the first try and no more: what is not remembered is missed, and what is
//! remembered and not there any more is asked for in vain.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::document::{Document, Lookups as Task};
use crate::failure::{Context, Result};
use crate::lookups::{self, Lookups, WHOLE};
use crate::{compile, files};

/// The directory in the shared one.
const KNOWN: &str = "known";

/// Marks a file or directory.
const FILE: char = '+';

/// Marks a file that the plan has written, and that is wanted as the project has it.
const ORIGINAL: char = '=';

/// Marks a name that is read in the directory above.
const NAME: char = '/';

/// What the step has been found to read and has not; none if there is nothing. A step over
/// one that lacks something has nothing to add.
pub fn lacking(doc: &Document, task: &Task) -> Option<Lookups> {
    let below = || {
        let lacks = task.below.iter().any(|b| lacking_of(doc, b).is_some());
        lacks.then(Lookups::default)
    };
    lacking_of(doc, &task.memory).or_else(below)
}

/// The same of the step that goes by some names.
fn lacking_of(doc: &Document, names: &[String]) -> Option<Lookups> {
    let said = places(doc, names)
        .iter()
        .find_map(|file| fs::read_to_string(file).ok())?;
    let mut out = Lookups::default();
    for line in said.lines() {
        if let Some(path) = line.strip_prefix(ORIGINAL) {
            if !is_there(&doc.dirs.originals.join(path)) {
                out.planned.insert(path.into());
            }
        } else if let Some(name) = line.strip_prefix(NAME) {
            let above = Path::new(name).parent().unwrap_or_else(|| Path::new(""));
            let there = doc.dirs.source.join(above);
            if there.is_dir() && !doc.dirs.source.join(name).exists() {
                out.listed
                    .insert(above.to_path_buf(), lookups::names(&there));
            }
        } else if let Some(file) = line.strip_prefix(FILE) {
            let there = match &doc.task.lookups {
                Some(task) if file == WHOLE => task.files.iter().any(|f| f == WHOLE),
                _ => is_there(&doc.dirs.source.join(file)) && !is_name(doc, file),
            };
            if !there {
                out.missed.insert(file.into());
            }
        }
    }
    let nothing = out.missed.is_empty() && out.planned.is_empty() && out.listed.is_empty();
    (!nothing).then_some(out)
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a path is there for its name, and no more.
fn is_name(doc: &Document, path: &str) -> bool {
    let names = doc.task.lookups.iter().flat_map(|l| &l.names);
    let named = |name: &String| name.strip_suffix(NAME).unwrap_or(name) == path;
    let at = doc.dirs.source.join(path);
    let empty = || match fs::read_dir(&at) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => fs::metadata(&at).is_ok_and(|m| m.len() == 0),
    };
    names.into_iter().any(named) && empty()
}

/// Remembers what was found out for the step, for other documents of it. What of that was not
/// looked for this time, where that is seen, is forgotten: it was of another project, or
/// before an edit. A cache that cannot be written costs the next build its first try, and this
/// one nothing.
pub fn keep(doc: &Document, task: &Task, seen: Option<&Lookups>) {
    if let Err(e) = write(doc, task, seen) {
        eprintln!("what this package reads is not remembered: {}", e.text);
    }
}

fn write(doc: &Document, task: &Task, seen: Option<&Lookups>) -> Result<()> {
    let used = |file: &String| seen.map_or(true, |seen| seen.used.contains(file));
    let listed = |name: &String| {
        let above = Path::new(name).parent().unwrap_or_else(|| Path::new(""));
        seen.map_or(true, |seen| seen.listed.contains_key(above))
    };
    let originals = task.originals.iter().filter(|o| used(o));
    let names = task.listed.iter().filter(|n| listed(n));
    let files = match seen {
        Some(seen) => looked_at(doc, task, seen),
        None => task.files.iter().cloned().collect(),
    };
    let lines: Vec<String> = files
        .iter()
        .map(|f| format!("{FILE}{f}"))
        .chain(originals.map(|o| format!("{ORIGINAL}{o}")))
        .chain(names.map(|n| format!("{NAME}{n}")))
        .collect();
    let found = task.files.len() + task.originals.len() + task.listed.len() > 0;
    if !found && !task.forget {
        return Ok(());
    }
    for (i, file) in places(doc, &task.memory).iter().enumerate() {
        if lines.is_empty() && i > 0 {
            // That there is nothing is remembered in the first place alone.
            files::remove(file)?;
        } else {
            put(file, &lines.join("\n"))?;
        }
    }
    Ok(())
}

/// Of the files that were found out those that are looked at, in the place of a directory or of
/// the whole context those of it, unless the directory itself was listed, or no more than
/// asked for.
fn looked_at(doc: &Document, task: &Task, seen: &Lookups) -> BTreeSet<String> {
    let source = &doc.dirs.source;
    let mut out = BTreeSet::new();
    for file in &task.files {
        let whole = file == WHOLE;
        let mut below = seen.touched.iter().filter(|path| {
            let own = compile::has_whole(&task.whole, &task.parts, &source.join(path));
            (whole || path.starts_with(file)) && !own
        });
        let listed = seen.touched.contains(Path::new(file));
        let cut = whole || source.join(file).is_dir() && !listed;
        match below.next() {
            Some(first) if cut => {
                let all = [first].into_iter().chain(below);
                out.extend(all.map(|p| p.to_string_lossy().into_owned()));
            }
            _ if whole || !seen.used.contains(file) => {}
            _ => drop(out.insert(file.clone())),
        }
    }
    out
}

/// Writes one of the files, under a name of its own first: other steps may read it now, and
/// the same step of another build may write it.
fn put(file: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    files::make_parent(file)?;
    let part = file.with_extension(files::unique());
    fs::write(&part, text)
        .and_then(|()| fs::rename(&part, file))
        .map_err(|e| {
            let _ = fs::remove_file(&part);
            e
        })
        .at(file)
}

/// The files of the step with some names, none where nothing is remembered.
fn places(doc: &Document, names: &[String]) -> Vec<PathBuf> {
    if !doc.dirs.slots.is_dir() {
        return Vec::new();
    }
    let known = doc.dirs.slots.join(KNOWN);
    names.iter().map(|name| known.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::document;
    use crate::layout::tests::{put, scratch};
    use std::collections::BTreeMap;

    fn step(root: &Path, lookups: &str) -> Document {
        document(
            root,
            &format!(r#"{{"do":"layer","lookups":{{{lookups}}}}}"#),
        )
    }

    fn known(doc: &Document) -> Option<Lookups> {
        lacking(doc, doc.task.lookups.as_ref().unwrap())
    }

    fn remember(doc: &Document) {
        write(doc, doc.task.lookups.as_ref().unwrap(), None).unwrap();
    }

    #[test]
    fn what_one_try_finds_another_knows() {
        let root = scratch("memory");
        let second = step(
            &root,
            r#""memory":["key"],"files":["VERSION","a b/c"],"originals":["app/Cargo.toml"]"#,
        );
        remember(&second); // where there is no shared directory
        assert!(known(&second).is_none());
        fs::create_dir_all(&second.dirs.slots).unwrap();
        remember(&second);

        let first = step(&root, r#""memory":["key"]"#);
        put(&first.dirs.source, &["VERSION"]);
        let found = known(&first).unwrap();
        assert_eq!(found.missed, BTreeSet::from([PathBuf::from("a b/c")]));
        assert_eq!(
            found.planned,
            BTreeSet::from([PathBuf::from("app/Cargo.toml")])
        );
        put(&first.dirs.source, &["a b/c"]);
        put(&first.dirs.originals, &["app/Cargo.toml"]);
        assert!(known(&first).is_none());
        remember(&first); // who has found nothing forgets nothing
        files::remove(&first.dirs.source).unwrap();
        assert!(known(&first).is_some());
        remember(&step(&root, r#""memory":["key"],"forget":true"#));
        assert!(known(&first).is_none());
        assert!(known(&step(&root, r#""memory":["other"]"#)).is_none());
        files::remove(&root).unwrap();
    }

    #[test]
    fn the_whole_context_is_remembered_whatever_is_there() {
        let root = scratch("memory-whole");
        let whole = step(&root, r#""memory":["key"],"files":[".","=x"]"#);
        fs::create_dir_all(&whole.dirs.slots).unwrap();
        put(&whole.dirs.source, &["app/lib.rs", "=x"]);
        remember(&whole);
        assert!(known(&whole).is_none());
        let first = step(&root, r#""memory":["key"]"#);
        let missed = known(&first).unwrap().missed;
        assert_eq!(missed, BTreeSet::from([PathBuf::from(WHOLE)]));
        files::remove(&root).unwrap();
    }

    #[test]
    fn the_first_name_that_anything_is_remembered_by_counts() {
        let root = scratch("memory-names");
        let found = step(&root, r#""memory":["was","name"],"files":["VERSION"]"#);
        fs::create_dir_all(&found.dirs.slots).unwrap();
        remember(&found);
        let now = step(&root, r#""memory":["is","name"]"#);
        assert!(known(&now).is_some());
        remember(&step(&root, r#""memory":["other","name"],"files":["b"]"#));
        assert!(known(&found).unwrap().missed.contains(Path::new("VERSION")));
        assert!(known(&now).unwrap().missed.contains(Path::new("b")));
        remember(&step(&root, r#""memory":["is","name"],"forget":true"#));
        remember(&step(&root, r#""memory":["other","name"],"files":["b"]"#));
        assert!(known(&now).is_none(), "that there is nothing is known");
        files::remove(&root).unwrap();
    }

    #[test]
    fn the_same_step_of_two_builds_writes_at_once() {
        let root = scratch("memory-race");
        let one = step(&root, r#""memory":["key"],"files":["VERSION"]"#);
        let other = step(&root, r#""memory":["key"],"files":["VERSION","b"]"#);
        fs::create_dir_all(&one.dirs.slots).unwrap();
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..200 {
                        remember(&one);
                        remember(&other);
                    }
                });
            }
        });
        assert!(known(&one).is_some());
        let left = files::entries(&one.dirs.slots.join(KNOWN)).unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        files::remove(&root).unwrap();
    }

    #[test]
    fn a_cache_that_cannot_be_written_fails_nothing() {
        let root = scratch("memory-full");
        let step = step(&root, r#""memory":["key"],"files":["VERSION"]"#);
        put(&step.dirs.slots, &[KNOWN]); // a file in the place of the directory
        keep(&step, step.task.lookups.as_ref().unwrap(), None);
        assert!(known(&step).is_none());
        files::remove(&root).unwrap();
    }

    #[test]
    fn a_name_that_is_not_there_is_one_of_its_directory() {
        let root = scratch("memory-dirs");
        let found = step(
            &root,
            r#""memory":["key"],"listed":["shared/","VERSION","none/deep"],"names":["shared/","VERSION"]"#,
        );
        fs::create_dir_all(&found.dirs.slots).unwrap();
        put(&found.dirs.source, &["app/lib.rs"]);
        remember(&found);
        let listed = known(&found).unwrap().listed;
        let names = vec![PathBuf::from("app")];
        assert_eq!(listed, BTreeMap::from([(PathBuf::new(), names)]));
        files::write_all(&found).unwrap();
        assert!(known(&found).is_none());
        let reads =
            r#""memory":["reads"],"files":["VERSION","shared"],"names":["VERSION","shared/"]"#;
        let reads = step(&root, reads);
        remember(&reads);
        assert_eq!(known(&reads).unwrap().missed.len(), 2, "names are no files");
        fs::write(reads.dirs.source.join("VERSION"), "1").unwrap();
        fs::write(reads.dirs.source.join("shared/x"), "").unwrap();
        assert!(known(&reads).is_none());
        files::remove(&root).unwrap();
    }

    #[test]
    fn what_is_not_looked_for_any_more_is_forgotten() {
        let root = scratch("memory-used");
        let found = step(
            &root,
            r#""memory":["key"],"files":["a","b"],"originals":["x","y"],"listed":["in/c","d"]"#,
        );
        fs::create_dir_all(&found.dirs.slots).unwrap();
        put(&found.dirs.source, &["in/e"]);
        let mut seen = Lookups::default();
        seen.used.extend(["a".to_string(), "x".to_string()]);
        seen.listed.insert("in".into(), Vec::new());
        write(&found, found.task.lookups.as_ref().unwrap(), Some(&seen)).unwrap();
        let known = known(&found).unwrap();
        assert_eq!(known.missed, BTreeSet::from([PathBuf::from("a")]));
        assert_eq!(known.planned, BTreeSet::from([PathBuf::from("x")]));
        assert!(known.listed.keys().eq([Path::new("in")]));
        files::remove(&root).unwrap();
    }

    #[test]
    fn of_a_directory_what_was_looked_at_is_remembered() {
        let root = scratch("memory-touched");
        let known = |name: &str, files: &str, touched: &[&str]| {
            let lookups = format!(
                r#""memory":["{name}"],"files":[{files}],"whole":["{}"]"#,
                root.join("source/app").display()
            );
            let step = step(&root, &lookups);
            fs::create_dir_all(&step.dirs.slots).unwrap();
            put(&step.dirs.source, &["proto/a", "proto/b", "app/lib.rs"]);
            let mut seen = Lookups::default();
            seen.used.extend(["proto".to_string(), ".".to_string()]);
            seen.touched.extend(touched.iter().map(PathBuf::from));
            write(&step, step.task.lookups.as_ref().unwrap(), Some(&seen)).unwrap();
            fs::read_to_string(step.dirs.slots.join(KNOWN).join(name)).unwrap()
        };
        assert_eq!(known("a", r#""proto""#, &["proto/a"]), "+proto/a");
        assert_eq!(known("b", r#""proto""#, &["proto", "proto/a"]), "+proto");
        assert_eq!(known("c", r#""proto""#, &[]), "+proto");
        assert_eq!(known("d", r#""none","proto""#, &[]), "+proto");
        let all = ["proto/a", "x/y", "app/lib.rs"];
        assert_eq!(known("e", r#"".","proto""#, &all), "+proto/a\n+x/y");
        files::remove(&root).unwrap();
    }

    #[test]
    fn over_a_step_that_lacks_something_nothing_is_tried() {
        let root = scratch("memory-below");
        let below = step(&root, r#""memory":["below"],"files":["VERSION"]"#);
        fs::create_dir_all(&below.dirs.slots).unwrap();
        remember(&below);
        let above = step(&root, r#""memory":["above"],"below":[["below"]]"#);
        assert_eq!(known(&above), Some(Lookups::default()));
        put(&above.dirs.source, &["VERSION"]);
        assert!(known(&above).is_none());
        files::remove(&above.dirs.source).unwrap();
        files::remove(&root).unwrap();
    }
}
