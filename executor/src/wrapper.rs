//! Stands in for rustc, and for the build scripts of what it does not compile.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::document::UNIT;

/// Cargo calls this with rustc and its arguments, in place of rustc for the packages
/// of a workspace of stubs, and for its questions to rustc, which are passed on. It
/// compiles no stub: a library or binary is left out, which cargo allows since it links
/// nothing to it, and a build script's program is this one, which does nothing then.
/// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-workspace-wrapper
///
/// A layer that compiles a package of the tree uses it for all packages, where it passes
/// on all but the synthetic ones: the wrapper of the workspace is a part of the hash of
/// each package in it.
/// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-wrapper
pub fn run() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let Some(rustc) = args.next() else {
        return ExitCode::SUCCESS; // as a build script
    };
    let args: Vec<OsString> = args.collect();
    let compiles = args.iter().any(|a| a.as_bytes().starts_with(b"--emit="));
    if !compiles
        || is_real(
            env::var_os("RUSTC_WRAPPER").as_deref(),
            env::var_os("CARGO_PKG_NAME").as_deref(),
        )
    {
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

/// Whether a package is compiled: with the wrapper for all packages each one that is not
/// synthetic.
fn is_real(wrapper: Option<&OsStr>, package: Option<&OsStr>) -> bool {
    let set = |v: Option<&OsStr>| v.is_some_and(|v| !v.is_empty());
    set(wrapper)
        && package.is_some_and(|p| !p.is_empty() && !p.as_bytes().starts_with(UNIT.as_bytes()))
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
    fn the_wrapper_for_all_packages_passes_on_what_is_not_synthetic() {
        let yes = Some(OsStr::new("/wrapper"));
        for (wrapper, package, real) in [
            (None, Some("app"), false), // the wrapper of the workspace
            (Some(OsStr::new("")), Some("app"), false),
            (yes, Some("app"), true),
            (yes, Some("rust-frontend-unit"), false),
            (yes, Some("rust-frontend-unit-object"), false),
            (yes, None, false),
        ] {
            assert_eq!(
                is_real(wrapper, package.map(OsStr::new)),
                real,
                "{wrapper:?} {package:?}"
            );
        }
    }
}
