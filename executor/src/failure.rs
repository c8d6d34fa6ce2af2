//! Why a step fails.

use std::fmt::Display;
use std::io;
use std::path::Path;

/// What a step says at last, and its exit code.
#[derive(Debug)]
pub struct Failure {
    /// Empty when what was run has said enough.
    pub text: String,
    pub exit: u8,
}

pub type Result<T> = std::result::Result<T, Failure>;

/// A failure of this program itself.
pub fn text(text: impl Display) -> Failure {
    Failure {
        text: text.to_string(),
        exit: 1,
    }
}

/// A failure of a program that has said why.
pub fn exit(exit: u8) -> Failure {
    Failure {
        text: String::new(),
        exit,
    }
}

/// Names what an error is about.
pub trait Context<T> {
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|e| text(format!("{}: {e}", path.display())))
    }
}
