//! Compiles some packages over what lies below, and leaves what is new and theirs.

use std::cell::Cell;
use std::fs;
use std::time::Instant;

use crate::document::Document;
use crate::failure::{Context, Result};
use crate::{assemble, compile, files, generated, outputs, queue, watch};

pub fn run(doc: &Document) -> Result<()> {
    let mut waited = false;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let slot = queue::acquire(&doc.dirs.slots, &doc.id, processors, &mut |text| {
        waited = true;
        eprintln!("rust-frontend: {text}");
    });
    let start = Instant::now();
    files::write_all(doc)?;
    fs::create_dir_all(&doc.dirs.output).at(&doc.dirs.output)?;
    let before = assemble::assemble(doc)?;
    let sources = generated::before(doc)?;
    let kept = Cell::new(false);
    let keep = || {
        kept.set(true);
        outputs::keep(doc, &before)
    };
    let compiled = compile::run_and(doc, &doc.dirs.output, || {
        keep()?;
        watch::declared(doc)
    })?;
    if !kept.get() {
        keep()?;
    }
    if compiled && !doc.task.watch.as_os_str().is_empty() {
        generated::keep(doc, &sources)?;
        watch::list(doc)?;
    }
    outputs::date(doc)?;
    if waited {
        eprintln!(
            "rust-frontend: this step itself took {:.1} s",
            start.elapsed().as_secs_f64()
        );
    }
    drop(slot);
    Ok(())
}
