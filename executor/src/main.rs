//! The step executor: what runs in each step of a build.
//!
//! The plan says in one JSON document what a step does, and BuildKit starts this
//! program with the document, or the name of a file that holds it, in a variable.
//! Without that variable the program stands in for rustc, where cargo asks for one
//! that compiles no synthetic package, or for a build script, which does nothing.

mod assemble;
mod cargo;
mod compile;
mod dependencies;
mod document;
mod failure;
mod files;
mod generated;
mod handout;
mod inspect;
mod json;
mod layer;
mod layout;
mod lookups;
mod memory;
mod outputs;
mod queue;
mod resolve;
mod rustc;
mod schedule;
mod source;
mod watch;
mod wrapper;

use std::env;
use std::process::ExitCode;

use document::{Document, STEP_VARIABLE};
use failure::Result;

fn main() -> ExitCode {
    let Some(step) = env::var_os(STEP_VARIABLE) else {
        return match env::var_os(cargo::RELAY_VARIABLE) {
            Some(_) => cargo::relay(),
            None => wrapper::run(),
        };
    };
    // What is started from here on must not take itself for a step.
    env::remove_var(STEP_VARIABLE);
    let done = document::text(&step).and_then(|text| run(&Document::read(&text)?));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.text.is_empty() {
                eprintln!("rust-frontend: {}", failure.text);
            }
            ExitCode::from(failure.exit)
        }
    }
}

/// Does what the document says.
fn run(doc: &Document) -> Result<()> {
    match doc.task.action.as_str() {
        "inspect" => inspect::run(doc),
        "probe rustc" => rustc::run(doc),
        "resolve" => resolve::run(doc),
        "schedule" => schedule::run(doc),
        "dependencies" => dependencies::run(doc),
        "layer" => layer::run(doc),
        "source" => source::run(doc),
        other => Err(failure::text(format!(
            "the step's document asks for {other:?}, which is not known"
        ))),
    }
}
