//! Tells the steps of a build how urgent each of them is.

use crate::document::Document;
use crate::failure::Result;
use crate::queue;

/// A step that comes too early, or finds nothing, takes itself for the last: so an error
/// costs time and no more.
pub fn run(doc: &Document) -> Result<()> {
    if let Err(e) = queue::prioritise(&doc.dirs.slots, &doc.task.build, &doc.task.urgency) {
        eprintln!("rust-frontend: the steps run in any order: {e}");
    }
    Ok(())
}
