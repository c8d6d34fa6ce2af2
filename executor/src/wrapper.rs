//! Stands in for rustc, and for the build scripts of what it does not compile.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::iter::once;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::document::{Document, UNIT};
use crate::failure::{self, Context, Result};

/// Cargo calls this with rustc and its arguments, in place of rustc for the packages
/// of a workspace of stubs, and for its questions to rustc, which are passed on. It
/// compiles no stub: a library or binary is left out, which cargo allows since it links
/// nothing to it, and a build script's program is this one, which does nothing then.
/// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-workspace-wrapper
///
/// A step of a package of the tree has it under the name of rustc, where it passes on all
/// but the synthetic packages: a wrapper of the workspace is a part of the hash of each
/// package in it, and build scripts are told of any other.
pub fn run() -> ExitCode {
    let mut args = env::args_os();
    let own = args.next().unwrap_or_default();
    let as_rustc = Path::new(&own).file_name() == Some(OsStr::new(RUSTC));
    let rustc = if as_rustc {
        next_rustc(env::var_os("PATH").unwrap_or_default())
    } else {
        args.next()
    };
    let Some(rustc) = rustc else {
        if as_rustc {
            eprintln!("rust-frontend: there is no rustc in PATH");
            return ExitCode::from(127);
        }
        return ExitCode::SUCCESS; // as a build script
    };
    let args: Vec<OsString> = args.collect();
    let compiles = args.iter().any(|a| a.as_bytes().starts_with(b"--emit="));
    let package = env::var_os("CARGO_PKG_NAME");
    if !compiles || as_rustc && is_real(package.as_deref()) {
        let failed = Command::new(&rustc).args(&args).exec();
        eprintln!("rust-frontend: {}: {failed}", rustc.to_string_lossy());
        return ExitCode::from(127);
    }
    match stand_in(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("rust-frontend: the stand-in for a build script: {e}");
            ExitCode::FAILURE
        }
    }
}

const RUSTC: &str = "rustc";

/// A PATH in which this program comes first as rustc. It stands in a directory of memory.
pub fn path(doc: &Document) -> Result<OsString> {
    let dir = doc.dirs.home.join("stand-in");
    fs::create_dir_all(&dir).at(&dir)?;
    let link = dir.join(RUSTC);
    if !link.exists() {
        symlink(own()?, &link).at(&link)?;
    }
    let old = env::var_os("PATH").unwrap_or_default();
    env::join_paths(once(dir).chain(env::split_paths(&old))).map_err(failure::text)
}

/// This program's file.
pub fn own() -> Result<PathBuf> {
    env::current_exe().map_err(failure::text)
}

/// The first rustc in PATH that is not this program.
fn next_rustc(path: OsString) -> Option<OsString> {
    let own = env::current_exe().and_then(fs::canonicalize).ok();
    env::split_paths(&path)
        .map(|dir| dir.join(RUSTC))
        .find(|file| fs::canonicalize(file).is_ok_and(|real| Some(real) != own))
        .map(PathBuf::into_os_string)
}

/// Whether a package is none of the synthetic ones.
fn is_real(package: Option<&OsStr>) -> bool {
    package.is_some_and(|p| !p.is_empty() && !p.as_bytes().starts_with(UNIT.as_bytes()))
}

/// Leaves this program where cargo expects that of a build script.
fn stand_in(args: &[OsString]) -> io::Result<()> {
    match build_script(args) {
        Some(program) => fs::copy(env::current_exe()?, program).map(|_| ()),
        None => Ok(()),
    }
}

/// Where the program of a build script goes, if rustc was to compile one.
fn build_script(args: &[OsString]) -> Option<PathBuf> {
    let (mut name, mut dir, mut extra) = (None, None, OsStr::new(""));
    for (i, arg) in args.iter().enumerate() {
        match arg.to_str() {
            Some("--crate-name") => name = args.get(i + 1),
            Some("--out-dir") => dir = args.get(i + 1),
            Some(a) => {
                if let Some(text) = a.strip_prefix("extra-filename=") {
                    extra = OsStr::new(text);
                }
            }
            None => {}
        }
    }
    let name = name.filter(|n| n.as_bytes().starts_with(b"build_script_"))?;
    let mut file = name.clone();
    file.push(extra);
    Some(PathBuf::from(dir?).join(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::document;
    use crate::files;
    use crate::layout::tests::{put, scratch};

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn only_build_scripts_leave_a_program() {
        let script = "--crate-name build_script_build --crate-type bin --emit=dep-info,link -C metadata=1 -C extra-filename=-0a --out-dir /t/build/x-0a";
        assert_eq!(
            build_script(&words(script)),
            Some(PathBuf::from("/t/build/x-0a/build_script_build-0a"))
        );
        let library = "--crate-name x --crate-type lib --emit=dep-info,metadata,link -C extra-filename=-0a --out-dir /t/deps";
        assert_eq!(build_script(&words(library)), None);
    }

    #[test]
    fn as_rustc_it_passes_on_what_is_not_synthetic() {
        for (package, real) in [
            (Some("app"), true),
            (Some("rust-frontend-unit"), false),
            (Some("rust-frontend-unit-object"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(is_real(package.map(OsStr::new)), real, "{package:?}");
        }
    }

    #[test]
    fn rustc_is_found_behind_the_stand_in() {
        let root = scratch("stand-in");
        let doc = document(&root, r#"{"do":"layer"}"#);
        let first = env::split_paths(&path(&doc).unwrap()).next().unwrap();
        assert_eq!(
            fs::canonicalize(first.join(RUSTC)).unwrap(),
            fs::canonicalize(own().unwrap()).unwrap()
        );
        put(&root, &["bin/rustc"]);
        let all =
            env::join_paths([first.as_path(), Path::new("/none"), &root.join("bin")]).unwrap();
        assert_eq!(
            next_rustc(all),
            Some(root.join("bin/rustc").into_os_string())
        );
        assert_eq!(next_rustc(first.into_os_string()), None);
        files::remove(&root).unwrap();
    }
}
