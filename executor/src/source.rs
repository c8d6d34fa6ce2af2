//! Compiles the project itself over everything below, and hands out what it is for.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::document::Document;
use crate::failure::{Context, Result};
use crate::{assemble, compile, files, handout, layout, watch};
use rust_frontend_codec::{hex, Sha256};

/// Names the packages that cargo compiled although a layer had.
const REPORT_FILE: &str = "recompiled";

/// Tells apart what runs of the step have made.
const MADE_FILE: &str = "made";

pub fn run(doc: &Document) -> Result<()> {
    let task = &doc.task;
    let layered = !task.info.is_empty();
    files::write_all(doc)?;
    // Here and not by a copy in the graph, which would be one more blob in every
    // exported cache.
    files::date_below(&doc.dirs.source, doc.file_time)?;
    files::date(&doc.dirs.source, doc.file_time).at(&doc.dirs.source)?;
    if task.date_vendor {
        files::date_dirs(&doc.dirs.vendor, doc.file_time)?;
    }
    if layered {
        assemble::assemble(doc)?;
    }
    if task.recheck {
        watch::recheck(doc)?;
    }
    let compiled = compile::run(doc, &doc.dirs.home)?;
    compile::report(doc)?;
    if compiled {
        if layered {
            report(doc)?;
        }
        handout::run(doc)?;
        made(doc)?;
    }
    Ok(())
}

/// Names the packages that cargo has just compiled although a layer had: a layer's
/// output does not say when cargo was invoked, and what cargo compiles says so.
fn report(doc: &Document) -> Result<()> {
    let mut again = BTreeSet::new();
    for inside in &doc.task.unit_dirs {
        let dir = doc.dirs.target.join(inside);
        let Some(layout) = layout::of(&dir) else {
            continue;
        };
        for unit in layout::units(&dir, layout)? {
            let compiled = unit.fingerprint.join("invoked.timestamp").exists();
            if compiled && !doc.task.packages.contains(&unit.name) {
                again.insert(unit.name);
            }
        }
    }
    let mut text = String::new();
    for name in again {
        let _ = writeln!(text, "{name}");
    }
    let file = doc.dirs.report.join(REPORT_FILE);
    fs::write(&file, text).at(&file)
}

/// Sums up what the step has made, or its sources if it hands out nothing.
fn made(doc: &Document) -> Result<()> {
    let mut text = String::new();
    for path in files::below(&doc.task.made) {
        let _ = writeln!(text, "{} {}", sum(&path)?, path.display());
    }
    let file = doc.dirs.report.join(MADE_FILE);
    fs::write(&file, text).at(&file)
}

fn sum(path: &Path) -> Result<String> {
    let mut sum = Sha256::new();
    match fs::read_link(path) {
        Ok(link) => sum.update(link.to_string_lossy().as_bytes()),
        Err(_) => sum.update(&fs::read(path).at(path)?),
    }
    Ok(hex(&sum.finish()))
}
