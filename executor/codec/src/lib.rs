//! What works on many bytes: archives, and sums of files.

#![forbid(unsafe_code)]

mod archive;
mod inflate;
mod sha256;

use std::fs::File;
use std::io;
use std::path::Path;

pub use sha256::{hex, Sha256};

/// Unpacks those regular files of a `.crate` file that are wanted, by their path in the
/// archive, and calls `seen` with the path and size of each. Errors are those of a damaged
/// archive, too.
pub fn unpack(
    file: &Path,
    into: &Path,
    wanted: &dyn Fn(&str) -> bool,
    seen: &mut dyn FnMut(&str, u64),
) -> io::Result<()> {
    archive::unpack(inflate::gzip(File::open(file)?), into, wanted, seen)
}

/// Whether some bytes are in others; nothing is in none.
pub fn holds(data: &[u8], part: &[u8]) -> bool {
    let Some(&first) = part.first() else {
        return false;
    };
    let mut at = 0;
    while let Some(next) = data[at..].iter().position(|&b| b == first) {
        at += next;
        if data[at..].starts_with(part) {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_wherever_it_is() {
        for (data, there) in [
            ("stub", true),
            ("xxstub", true),
            ("sstub", true),
            ("ststub!", true),
            ("stu", false),
            ("", false),
            ("sttub", false),
        ] {
            assert_eq!(holds(data.as_bytes(), b"stub"), there, "{data}");
        }
        assert!(!holds(b"anything", b""));
    }
}
