//! Hands out what the last step is for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::cargo;
use crate::document::{Binary, Document};
use crate::failure::{self, Context, Result};
use crate::files;

pub fn run(doc: &Document) -> Result<()> {
    for binary in &doc.task.binaries {
        hand_out(doc, binary)?;
    }
    for dir in &doc.task.docs {
        // That of procedural macros, which are compiled for the host, is in a directory of
        // its own; files that are in both are rustdoc's, and the same, or lists, and those
        // of the target, which come later, count.
        files::copy_below(dir, &doc.dirs.out)?;
    }
    if !doc.task.docs.is_empty() {
        files::remove(&doc.dirs.out.join(".lock"))?;
    }
    for dir in &doc.task.dated {
        files::date_below(dir, 0)?;
    }
    Ok(())
}

/// Looks first whether the binary is a stub. The binaries stand where they stand in the
/// image and are dated like its files: then both make the same blob, which a cache holds
/// once.
fn hand_out(doc: &Document, binary: &Binary) -> Result<()> {
    let name = binary
        .to
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let data = fs::read(&binary.from).at(&binary.from)?;
    if rust_frontend_codec::holds(&data, doc.task.refuse.as_bytes()) {
        return Err(failure::text(format!(
            "the binary {name} is a stub of the dependencies step: please report this as a bug of rust-frontend"
        )));
    }
    if let Some(dir) = binary.to.parent() {
        fs::create_dir_all(dir).at(dir)?;
    }
    for argv in &binary.commands {
        cargo::must(cargo::command(argv, Path::new("/"))?, argv)?;
    }
    let packed = with_ending(&binary.from, ".dwp");
    if !binary.dwp.as_os_str().is_empty() && packed.exists() {
        fs::copy(
            &packed,
            binary.dwp.join(packed.file_name().unwrap_or_default()),
        )
        .at(&packed)?;
    }
    if binary.copy {
        fs::write(&binary.to, &data).at(&binary.to)?;
    }
    fs::set_permissions(&binary.to, fs::Permissions::from_mode(0o755)).at(&binary.to)?;
    println!(
        "{name}: {} bytes",
        fs::metadata(&binary.to).at(&binary.to)?.len()
    );
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut out = path.as_os_str().to_owned();
    out.push(ending);
    out.into()
}
