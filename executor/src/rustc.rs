//! Lets cargo question the compiler, once for all steps.

use std::fs;
use std::path::Path;

use crate::assemble::INFO_FILE;
use crate::cargo;
use crate::document::Document;
use crate::failure::{Context, Result};
use crate::{files, layout, wrapper};

/// Says how cargo lays out what it compiles.
const LAYOUT_FILE: &str = "layout";

/// The three ways in which steps call rustc: what cargo finds out holds for one compiler
/// alone, and the wrapper is a part of that.
const WAYS: [(&str, Way); 3] = [
    ("plain", Way::Plain),
    ("wrapped", Way::Wrapped),
    ("member", Way::StandIn),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Plain,
    /// With this program as the wrapper of the workspace.
    Wrapped,
    /// With this program in the place of rustc.
    StandIn,
}

pub fn run(doc: &Document) -> Result<()> {
    files::write_all(doc)?;
    for (name, way) in WAYS {
        ask(doc, &doc.task.dir, &doc.dirs.target, way)?;
        if way == Way::Plain {
            let file = doc.dirs.out.join(LAYOUT_FILE);
            fs::write(&file, layout_name(doc)).at(&file)?;
        }
        let (from, dir) = (doc.dirs.target.join(INFO_FILE), doc.dirs.out.join(name));
        fs::create_dir_all(&dir).at(&dir)?;
        // A cargo that keeps no such file asks the compiler in each step.
        if from.exists() {
            fs::copy(&from, dir.join(INFO_FILE)).at(&from)?;
            files::remove(&from)?;
        }
    }
    Ok(())
}

/// Names the layout of what cargo has compiled for the target, "" when it is none that
/// is known.
fn layout_name(doc: &Document) -> &'static str {
    match doc
        .task
        .unit_dirs
        .last()
        .and_then(|inside| layout::of(&doc.dirs.target.join(inside)))
    {
        Some(layout::Layout::ByKind) => "by kind",
        Some(layout::Layout::ByUnit) => "by unit",
        None => "",
    }
}

/// Writes a package in which next to nothing is to be compiled.
pub fn write_package(dir: &Path) -> Result<()> {
    let source = dir.join("src");
    fs::create_dir_all(&source).at(&source)?;
    let manifest = dir.join("Cargo.toml");
    fs::write(
        &manifest,
        "[package]\nname = \"question\"\nversion = \"0.0.0\"\nedition = \"2021\"\n",
    )
    .at(&manifest)?;
    fs::write(source.join("lib.rs"), "").at(&source)
}

/// Has cargo build such a package.
pub fn ask(doc: &Document, dir: &Path, target: &Path, way: Way) -> Result<()> {
    let argv = &doc.task.questions;
    let mut command = cargo::command(argv, dir)?;
    // The dependencies step has it for the stubs. A wrapper of the user's stays.
    command.env_remove("RUSTC_WORKSPACE_WRAPPER");
    match way {
        Way::Plain => {}
        Way::Wrapped => {
            command.env("RUSTC_WORKSPACE_WRAPPER", wrapper::own()?);
        }
        Way::StandIn => {
            command.env("PATH", wrapper::path(doc)?);
        }
    }
    command
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_BUILD_BUILD_DIR", target);
    cargo::must(command, argv)
}
