//! Runs cargo, and says what was looked for.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;

use crate::document::{self, Document, Help};
use crate::failure::{Context, Failure, Result};
use crate::lookups::{self, Lookups, Watch};
use crate::{cargo, files, memory};

/// What was looked for, beside the outputs of a step; that of all steps in the report.
pub const LOOKUPS_FILE: &str = "lookups.json";

/// The names of the steps there that are not of one package.
const SOURCE: &str = "source";
const DEPENDENCIES: &str = "dependencies";

/// Begins what a step says that has failed, or is over one that has.
const FAILED: &str = "{\"failed\":true";

/// The same of a step that has not been tried, for what is remembered of it.
const REMEMBERED: &str = "{\"failed\":true,\"remembered\":true";

/// Runs cargo, and leaves in a directory what was looked for, if the task asks for it.
/// Whether it has compiled: a step that has failed, and has missed what another try may
/// have, does not fail, and those over it do nothing.
pub fn run(doc: &Document, out: &Path) -> Result<bool> {
    run_and(doc, out, || Ok(Vec::new()))
}

/// The same, with what `more` says when cargo is through: paths that count as looked for.
pub fn run_and(
    doc: &Document,
    out: &Path,
    more: impl FnOnce() -> Result<Vec<PathBuf>>,
) -> Result<bool> {
    let cargo = AtomicU32::new(0);
    let Some(task) = &doc.task.lookups else {
        cargo::run(doc, &cargo)?;
        more()?;
        return Ok(true);
    };
    let file = out.join(LOOKUPS_FILE);
    if failed_below(doc)? {
        say(&file, format!("{FAILED}}}"))?;
        return Ok(false);
    }
    if let Some(known) = memory::lacking(doc, task).filter(|_| !task.forget) {
        let said = text(Some(&known), true).replacen(FAILED, REMEMBERED, 1);
        say(&file, said)?;
        return Ok(false);
    }
    let watch = Watch {
        root: &doc.dirs.source,
        planned: doc
            .files
            .iter()
            .filter_map(|f| f.path.canonicalize().ok())
            .collect(),
        originals: &doc.dirs.originals,
        named: task.names.iter().map(|n| doc.dirs.source.join(n)).collect(),
        wanted: &task.files,
        outputs: &doc.dirs.target,
        apart: &cargo,
    };
    let (done, mut seen) = lookups::during(&watch, || cargo::run(doc, &cargo));
    if done.is_ok() {
        for path in more()? {
            let inside = lookups::inside(&path, &doc.dirs.source);
            match (seen.as_mut(), inside) {
                (Some(seen), _) if path.exists() && !watch.is_named(&path) => {
                    watch.use_(&path, seen)
                }
                (Some(seen), Some(inside)) => drop(seen.missed.insert(inside)),
                _ => {}
            }
        }
    }
    let again = done.is_err() && !task.last && may_be_elsewhere(doc, task, seen.as_ref());
    say(&file, text(seen.as_ref(), again))?;
    if again {
        say_again(doc, task, seen.as_ref());
    } else {
        done.map_err(|failure| for_want_of(doc, seen.as_ref(), failure))?;
        memory::keep(doc, task, seen.as_ref());
    }
    Ok(!again)
}

/// Names the programs that the toolchain has not, where something was missing: what starts one
/// says no more than that.
fn for_want_of(doc: &Document, seen: Option<&Lookups>, mut failure: Failure) -> Failure {
    let fits = |help: &Help| help.programs && help.text == failure.text;
    let absent = seen.map_or_else(Vec::new, Lookups::absent_programs);
    if !absent.is_empty() && doc.task.help.iter().any(fits) {
        failure.text = format!(
            "the toolchain image has no program `{}`, which is started above: choose one that has it by `toolchain`",
            absent.join("`, `")
        );
    }
    failure
}

/// Writes what was looked for, with a number of its own: BuildKit takes a copy of a file for
/// that of another build, over another toolchain too, where the text is the same, and
/// names both where either is exported (solver/cachemanager.go, Query).
fn say(file: &Path, mut said: String) -> Result<()> {
    said.pop();
    let _ = write!(said, ",\"own\":\"{}\"}}", files::unique());
    fs::write(file, said).at(file)
}

/// Whether a step below has failed.
fn failed_below(doc: &Document) -> Result<bool> {
    Ok(said_below(doc)?
        .iter()
        .any(|(_, said)| said.starts_with(FAILED)))
}

/// What the steps below have said of what they looked for, by their names.
fn said_below(doc: &Document) -> Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    let mut read = |name: String, dir: &Path| {
        if let Ok(said) = fs::read_to_string(dir.join(LOOKUPS_FILE)) {
            out.insert(name, said);
        }
    };
    for layer in files::entries(&doc.dirs.built)? {
        read(files::name(&layer), &layer.path());
    }
    read(DEPENDENCIES.to_string(), &doc.dirs.target);
    Ok(out)
}

/// Says why a step that has failed is not the end.
fn say_again(doc: &Document, task: &document::Lookups, seen: Option<&Lookups>) {
    let missed = seen.map_or_else(Vec::new, |seen| elsewhere(doc, task, seen));
    let some: Vec<_> = missed
        .iter()
        .take(3)
        .map(|p| p.display().to_string())
        .collect();
    eprintln!(
        "rust-frontend: perhaps for want of a file ({}): another try is made if the build context has it",
        some.join(", ")
    );
}

/// What no step has: rustup's programs look for the first two wherever they run.
const NEVER_THERE: [&str; 3] = ["rust-toolchain", "rust-toolchain.toml", ".git"];

/// Whether the context may have what was missed.
fn may_be_elsewhere(doc: &Document, task: &document::Lookups, seen: Option<&Lookups>) -> bool {
    seen.map_or(true, |seen| !elsewhere(doc, task, seen).is_empty())
}

/// What was missed and may be in the context: what is below a directory that the step has
/// with all its files is nowhere else. A directory that has none but the plan's is behind a
/// link, which the step has not.
fn elsewhere<'a>(doc: &Document, task: &document::Lookups, seen: &'a Lookups) -> Vec<&'a PathBuf> {
    let planned: HashSet<&Path> = doc.files.iter().map(|f| f.path.as_path()).collect();
    let own = |dir: &&PathBuf| {
        files::below(dir)
            .iter()
            .any(|f| !planned.contains(f.as_path()))
    };
    let whole: Vec<PathBuf> = task.whole.iter().filter(own).cloned().collect();
    let all = seen.missed.iter().chain(&seen.planned);
    all.filter(|missed| {
        if missed
            .file_name()
            .is_some_and(|name| NEVER_THERE.iter().any(|n| name == *n))
        {
            return false;
        }
        let path = doc.dirs.source.join(missed);
        !has_whole(&whole, &task.parts, &path) || seen.planned.contains(*missed)
    })
    .collect()
}

/// Whether a path is below a directory that a step has whole, and not in a part that it has not.
pub fn has_whole(whole: &[PathBuf], parts: &[PathBuf], path: &Path) -> bool {
    let depth = |dirs: &[PathBuf]| {
        let above = dirs.iter().filter(|dir| path.starts_with(dir));
        above.map(|dir| dir.components().count()).max()
    };
    depth(whole) > depth(parts)
}

/// Puts what all steps have looked for in the report.
pub fn report(doc: &Document) -> Result<()> {
    if doc.task.lookups.is_none() {
        return Ok(());
    }
    let mut all = said_below(doc)?;
    let own = doc.dirs.home.join(LOOKUPS_FILE);
    all.insert(SOURCE.to_string(), fs::read_to_string(&own).at(&own)?);
    let mut out = String::from("{");
    for (i, (name, said)) in all.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(out, "{comma}\n{}:{said}", quoted(name));
    }
    out.push_str("\n}\n");
    let file = doc.dirs.report.join(LOOKUPS_FILE);
    fs::write(&file, out).at(&file)
}

/// What a step looked for, as [Lookups] of plan/lookups.go.
fn text(seen: Option<&Lookups>, failed: bool) -> String {
    let mut out = String::from(if failed { FAILED } else { "{\"failed\":false" });
    match seen {
        None => out.push_str(",\"unseen\":true"),
        Some(seen) => {
            let _ = write!(out, ",\"missed\":{}", list(&seen.missed));
            let _ = write!(out, ",\"planned\":{}", list(&seen.planned));
            out.push_str(",\"listed\":{");
            for (i, (dir, names)) in seen.listed.iter().enumerate() {
                let comma = if i == 0 { "" } else { "," };
                let names = list(names);
                let _ = write!(out, "{comma}{}:{names}", quoted(&dir.to_string_lossy()));
            }
            out.push('}');
        }
    }
    out.push('}');
    out
}

fn list<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> String {
    let all = paths.into_iter().map(|p| quoted(&p.to_string_lossy()));
    format!("[{}]", all.collect::<Vec<_>>().join(","))
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::document;
    use crate::json::{parse, Value};
    use crate::layout::tests::{put, scratch};
    use std::collections::BTreeSet;

    const TASK: &str = r#"{"do":"source","cargo":["PROGRAM"],"dir":"/","lookups":{"whole":["SRC/app","SRC/app/in/side"],"parts":["SRC/app/in"]LAST}}"#;

    fn step(name: &str, program: &str, last: bool) -> Document {
        let root = scratch(name);
        let task = TASK
            .replace("PROGRAM", program)
            .replace("SRC", root.join("source").to_str().unwrap());
        let mut doc = document(
            &root,
            &task.replace("LAST", if last { ",\"final\":true" } else { "" }),
        );
        for dir in [&doc.dirs.home, &doc.dirs.report, &doc.dirs.built] {
            fs::create_dir_all(dir).unwrap();
        }
        doc.task.dir = root;
        doc
    }

    #[test]
    fn what_lies_in_a_whole_directory_is_nowhere_else() {
        let doc = step("compile-elsewhere", "false", false);
        put(&doc.dirs.source, &["app/src/lib.rs", "app/in/side/lib.rs"]);
        let task = doc.task.lookups.as_ref().unwrap();
        for (missed, elsewhere) in [
            ("VERSION", true),
            ("app/src/none.rs", false),
            ("app/in/none.rs", true),
            ("app/in/side/none.rs", false),
            ("apple/none.rs", true),
        ] {
            let seen = Lookups {
                missed: BTreeSet::from([PathBuf::from(missed)]),
                ..Lookups::default()
            };
            assert_eq!(
                may_be_elsewhere(&doc, task, Some(&seen)),
                elsewhere,
                "{missed}"
            );
        }
        assert!(!may_be_elsewhere(&doc, task, Some(&Lookups::default())));
        assert!(may_be_elsewhere(&doc, task, None));

        files::remove(&doc.dirs.source.join("app/src")).unwrap();
        files::remove(&doc.dirs.source.join("app/in")).unwrap();
        let behind_a_link = Lookups {
            missed: BTreeSet::from([PathBuf::from("app/src/lib.rs")]),
            ..Lookups::default()
        };
        assert!(may_be_elsewhere(&doc, task, Some(&behind_a_link)));
    }

    #[test]
    fn a_step_over_one_that_failed_does_nothing() {
        let doc = step("compile-over", "false", false);
        put(&doc.dirs.built.join("tree-app"), &["other"]);
        let below = doc.dirs.built.join("tree-app").join(LOOKUPS_FILE);
        fs::write(&below, text(None, true)).unwrap();
        assert!(!run(&doc, &doc.dirs.home).unwrap());
        report(&doc).unwrap();
        let said = fs::read_to_string(doc.dirs.report.join(LOOKUPS_FILE)).unwrap();
        let said = parse(&said).unwrap();
        for step in ["tree-app", "source"] {
            assert!(said.get(step).get("failed").is_true(), "{step}");
        }
    }

    #[test]
    fn odd_names_are_written_so_that_they_can_be_read() {
        let odd = "a\"b\\c\nd\té";
        assert_eq!(parse(&quoted(odd)).unwrap(), Value::Text(odd.into()));
        let seen = Lookups {
            missed: BTreeSet::from([PathBuf::from(odd)]),
            listed: BTreeMap::from([(PathBuf::from("dir"), vec![PathBuf::from(odd)])]),
            ..Lookups::default()
        };
        let said = parse(&text(Some(&seen), false)).unwrap();
        assert_eq!(said.get("missed").texts(), [odd]);
        assert_eq!(said.get("listed").get("dir").texts(), [odd]);
    }
}
