//! Asks cargo what it would compile, and measures how much code there is.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::document::{Archive, Document};
use crate::failure::{self, Context, Result};
use crate::{cargo, files};

const UNITS_FILE: &str = "units.json";
const METADATA_FILE: &str = "metadata.json";
const SIZES_FILE: &str = "sizes";

/// Bytes of Rust code by directory.
type Sizes = BTreeMap<PathBuf, u64>;

pub fn run(doc: &Document) -> Result<()> {
    files::write_all(doc)?;
    let mut sizes = Sizes::new();
    files::walk(&doc.dirs.vendor, &mut |path, kind| {
        if kind.is_file() {
            count(&mut sizes, path, fs::metadata(path).at(path)?.len());
        }
        Ok(())
    })?;
    for (link, to) in &doc.links {
        files::walk(to, &mut |path, kind| {
            if let (true, Ok(inside)) = (kind.is_file(), path.strip_prefix(to)) {
                count(
                    &mut sizes,
                    &link.join(inside),
                    fs::metadata(path).at(path)?.len(),
                );
            }
            Ok(())
        })?;
    }
    unpack(doc, &mut sizes)?;
    // A cargo that has no such flag leaves an empty file. The flag is unstable, which one
    // variable makes a stable cargo forget; it is set here alone, where nothing is compiled.
    // https://doc.rust-lang.org/cargo/reference/unstable.html#unit-graph
    ask(
        doc,
        &doc.task.cargo,
        UNITS_FILE,
        &[("RUSTC_BOOTSTRAP", "1")],
    )?;
    ask(doc, &doc.task.questions, METADATA_FILE, &[])?;
    let mut text = String::new();
    for (dir, size) in &sizes {
        let _ = writeln!(text, "{size} {}", dir.display());
    }
    let file = doc.dirs.out.join(SIZES_FILE);
    fs::write(&file, text).at(&file)
}

fn count(sizes: &mut Sizes, path: &Path, size: u64) {
    if path.extension().is_some_and(|e| e == "rs") {
        *sizes
            .entry(path.parent().unwrap_or(path).to_path_buf())
            .or_default() += size;
    }
}

/// Has cargo answer into a file, which is empty if it cannot.
fn ask(doc: &Document, argv: &[String], name: &str, env: &[(&str, &str)]) -> Result<()> {
    let file = doc.dirs.out.join(name);
    let mut command = cargo::command(argv, &doc.task.dir)?;
    command
        .envs(env.iter().copied())
        .stdout(Stdio::from(File::create(&file).at(&file)?));
    if !command.status().at(Path::new(&argv[0]))?.success() {
        fs::write(&file, "").at(&file)?;
    }
    Ok(())
}

/// Unpacks what cargo resolves with of each archive, and adds up the code that there is
/// besides. The crates that the steps read are unpacked by themselves, when it is known
/// which ones together; many others are for other platforms.
fn unpack(doc: &Document, sizes: &mut Sizes) -> Result<()> {
    let archives = &doc.task.archives;
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(archives.len());
    let work = || -> Result<Sizes> {
        let mut own = Sizes::new();
        while let Some(one) = archives.get(next.fetch_add(1, Ordering::Relaxed)) {
            unpack_one(doc, one, &mut own)?;
        }
        Ok(own)
    };
    thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for worker in started {
            let own = worker
                .join()
                .map_err(|_| failure::text("unpacking the crates failed"))??;
            for (dir, size) in own {
                *sizes.entry(dir).or_default() += size;
            }
        }
        Ok(())
    })
}

/// Unpacks one, and writes the file that makes it a package of a directory source.
/// https://doc.rust-lang.org/cargo/reference/source-replacement.html#directory-sources
fn unpack_one(doc: &Document, one: &Archive, sizes: &mut Sizes) -> Result<()> {
    let path = doc
        .dirs
        .archives
        .join(&one.dir)
        .join(format!("{}.crate", one.dir));
    let wanted = |name: &str| is_wanted(&doc.task.resolved_with, name);
    rust_frontend_codec::unpack(&path, &doc.dirs.vendor, &wanted, &mut |name, size| {
        count(sizes, &doc.dirs.vendor.join(name), size)
    })
    .at(&path)?;
    let sum = doc.dirs.vendor.join(&one.dir).join(".cargo-checksum.json");
    fs::write(
        &sum,
        format!("{{\"files\":{{}},\"package\":\"{}\"}}", one.checksum),
    )
    .at(&sum)
}

/// Whether a file of an archive fits one of some patterns, below the directory that the
/// archive holds. A star stands for no slash, at the beginning of a name.
fn is_wanted(patterns: &[String], name: &str) -> bool {
    let Some((_, inside)) = name.split_once('/') else {
        return false;
    };
    patterns.iter().any(|pattern| {
        let (mut wanted, mut there) = (pattern.split('/'), inside.split('/'));
        loop {
            match (wanted.next(), there.next()) {
                (None, None) => return true,
                (Some(w), Some(t))
                    if w == t || w.strip_prefix('*').is_some_and(|end| t.ends_with(end)) => {}
                _ => return false,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_resolves_with_is_wanted_and_nothing_else() {
        let patterns: Vec<String> = ["Cargo.toml", "*.rs", "src/*.rs", "tests/*/main.rs"]
            .iter()
            .map(|p| p.to_string())
            .collect();
        for (name, wanted) in [
            ("a-1.0/Cargo.toml", true),
            ("a-1.0/build.rs", true),
            ("a-1.0/src/lib.rs", true),
            ("a-1.0/tests/x/main.rs", true),
            ("a-1.0/src/deep/mod.rs", false),
            ("a-1.0/Cargo.toml.orig", false),
            ("a-1.0/sub/Cargo.toml", false),
            ("a-1.0/tests/x/other.rs", false),
            ("Cargo.toml", false),
            ("a-1.0/README.md", false),
        ] {
            assert_eq!(is_wanted(&patterns, name), wanted, "{name}");
        }
    }
}
