//! Compiles some packages over what lies below, and leaves what is new and theirs.

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
    let compiled = compile::run_and(doc, &doc.dirs.output, || {
        outputs::keep(doc, &before)?;
        watch::declared(doc)
    })?;
    if !compiled {
        outputs::keep(doc, &before)?;
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
