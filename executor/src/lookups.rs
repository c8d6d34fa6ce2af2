//! Sees which paths a build looks for.
//!
//! A step has a part of the project's files. What rustc, a procedural macro, a build script
//! or anything that it starts looks for in vain may be in the build context, and who does
//! without it makes another program than plain cargo would. So the kernel tells of each call
//! that looks for a path before it is made (seccomp_unotify(2)), and what is below the
//! project's directory and not there is remembered, with the directories that are listed.
//! Cargo's own look-ups are left out: the plan knows what cargo reads.

mod calls;
mod notify;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

use calls::{Kind, Way, ARCHITECTURE, WORKING_DIR};
use notify::{Call, Listener};

/// The last path that the watched thread looks for, which nothing has.
const LAST: &str = "/rust-frontend-last";

/// The longest path, in bytes.
const LONGEST: usize = 4096;

/// What was looked for below a directory.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Lookups {
    /// What was not there, by its place below the directory.
    pub missed: BTreeSet<PathBuf>,
    /// The directories that were opened, with the names in them.
    pub listed: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Those of the plan's own files that were opened.
    pub planned: BTreeSet<PathBuf>,
    /// Those of the wanted files that were looked for, and those that were handed over in
    /// place of the plan's.
    pub used: BTreeSet<String>,
}

/// What is looked at.
pub struct Watch<'a> {
    /// The directory.
    pub root: &'a Path,
    /// The plan's own files, links followed.
    pub planned: HashSet<PathBuf>,
    /// Where the project's files are that the plan has written anew, as far as another try
    /// is made for somebody who reads them. Cargo reads the plan's, all others read these.
    pub originals: &'a Path,
    /// Where cargo's outputs are: a build script may leave links there.
    pub outputs: &'a Path,
    /// Files that are there for their names, and empty: who looks for one misses it.
    pub named: HashSet<PathBuf>,
    /// Files and directories that the step has since it looked for them in another try.
    pub wanted: &'a [String],
    /// The process whose look-ups are left out, 0 while there is none.
    pub apart: &'a AtomicU32,
}

/// Does some work on a thread of its own and sees what that and all that it starts looks
/// for. Without a kernel that tells, the work is done all the same, and there are none.
pub fn during<T: Send>(watch: &Watch, work: impl FnOnce() -> T + Send) -> (T, Option<Lookups>) {
    let (tell, told) = mpsc::channel();
    let (done, seen) = thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let listener = notify::listen();
            let listens = listener.is_ok();
            let _ = tell.send(listener.ok());
            // The first look-up shows whether who listens can answer.
            if !listens || fs::metadata("/").is_err() {
                return Err(work);
            }
            let done = work();
            let _ = fs::metadata(LAST);
            Ok(done)
        });
        let seen = told
            .recv()
            .ok()
            .flatten()
            .and_then(|listener| watch.serve(&listener).ok());
        (worker.join(), seen)
    });
    match done {
        Ok(Ok(done)) => (done, seen),
        Ok(Err(work)) => (work(), None),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

impl Watch<'_> {
    /// Answers calls until the last one.
    fn serve(&self, listener: &Listener) -> io::Result<Lookups> {
        let first = listener.receive()?;
        // What cannot be read cannot be watched.
        let readable = matches!(path_of(&first), Ok(Some((path, _))) if path == Path::new("/"));
        if !readable || listener.allow(&first).is_err() {
            listener.refuse(&first)?;
            return Err(io::ErrorKind::Unsupported.into());
        }
        let mut seen = Some(Lookups::default());
        loop {
            let call = listener.receive()?;
            let (path, kind) = match path_of(&call) {
                Ok(Some(found)) => found,
                other => {
                    let denied = |e: io::Error| e.kind() == io::ErrorKind::PermissionDenied;
                    // Of another set of calls, or by another user: what it looks for is not
                    // known. A bad address is none.
                    if call.architecture != ARCHITECTURE
                        || Kind::of(call.number).is_none()
                        || other.is_err_and(denied)
                    {
                        seen = None;
                    }
                    listener.allow(&call)?;
                    continue;
                }
            };
            let last = path == Path::new(LAST);
            let mut other = None;
            if let (Some(seen), false) = (seen.as_mut(), last) {
                other = self.look(&call, kind, path, seen);
            }
            let handed_over = other.is_some_and(|file| {
                // Who has no room for another file is told so by its own call.
                let close = kind.closes(&call.arguments);
                listener.open(&call, &file, close).is_ok()
            });
            if !handed_over {
                listener.allow(&call)?;
            }
            if last {
                return seen.ok_or_else(|| io::ErrorKind::Unsupported.into());
            }
        }
    }

    /// Remembers what a call looks for, and gives the file that it has to have in place of
    /// that.
    fn look(
        &self,
        call: &Call,
        kind: &Kind,
        path: PathBuf,
        seen: &mut Lookups,
    ) -> Option<fs::File> {
        if path.as_os_str().as_bytes().starts_with(b"-") {
            return None; // an option: a linker looks for each of its arguments
        }
        let path = absolute(call, kind, path)?;
        let opens = kind.way == Way::Open;
        let goes_on = opens && kind.follows(&call.arguments);
        let path = self.in_root(call, path, goes_on, seen)?;
        let found = if kind.follows(&call.arguments) {
            fs::metadata(&path)
        } else {
            fs::symlink_metadata(&path)
        };
        match found {
            Ok(m) if opens && m.is_dir() => {
                let inside = inside(&path, self.root)?;
                if !seen.listed.contains_key(&inside) && !self.is_apart(call) {
                    seen.listed.insert(inside, names(&path));
                }
            }
            Ok(m) if m.is_file() && m.len() == 0 && self.is_named(&path) => {
                self.miss(call, &path, seen);
            }
            Ok(m) if opens && !m.is_symlink() && self.is_planned(&path) => {
                if self.is_apart(call) || starts_from(call, &path) {
                    return None;
                }
                let inside = inside(&path, self.root)?;
                let original = fs::File::open(self.originals.join(&inside));
                if let (Ok(file), true) = (original, kind.reads(&call.arguments)) {
                    seen.used.insert(inside.to_string_lossy().into_owned());
                    return Some(file);
                }
                seen.planned.insert(inside);
            }
            Ok(_) => {}
            Err(e) if is_missing(&e) && kind.creates(&call.arguments) => {
                // Where it would be may be missing as well.
                let above = path.parent().unwrap_or(&path);
                if fs::metadata(above).is_err() {
                    self.miss(call, above, seen);
                }
            }
            Err(e) if is_missing(&e) => self.miss(call, &path, seen),
            Err(_) => {}
        }
        None
    }

    /// A path that leads below the directory, or none. Of those that begin elsewhere and
    /// get there by a link, what is missed or opened through it counts.
    fn in_root(
        &self,
        call: &Call,
        path: PathBuf,
        goes_on: bool,
        seen: &mut Lookups,
    ) -> Option<PathBuf> {
        let begins_there = lexical(&path).starts_with(self.root);
        if !begins_there && !leads_elsewhere(&path, self.outputs) {
            return None;
        }
        if seen.used.len() < self.wanted.len() && !self.is_apart(call) {
            self.use_(&path, seen);
        }
        if begins_there {
            return Some(path);
        }
        if fs::metadata(&path).is_err() {
            self.miss(call, &path, seen);
            return None;
        }
        let real = goes_on.then(|| fs::canonicalize(&path).ok()).flatten()?;
        real.starts_with(self.root).then_some(real)
    }

    /// Notes which of the wanted files a path stands for, if it is there.
    pub fn use_(&self, path: &Path, seen: &mut Lookups) {
        let Ok(real) = fs::canonicalize(path) else {
            return;
        };
        for path in [&real, &lexical(path)] {
            let Ok(inside) = path.strip_prefix(self.root) else {
                continue;
            };
            let wanted = self.wanted.iter();
            let used = wanted.filter(|w| inside.starts_with(w) || **w == ".");
            seen.used.extend(used.cloned());
        }
    }

    fn miss(&self, call: &Call, path: &Path, seen: &mut Lookups) {
        if let Ok(inside) = real(path, MOST_LINKS).strip_prefix(self.root) {
            // A program that looks for itself, as rustc does, is no file of the project.
            let own = program(call).file_name() == inside.file_name();
            if !own && !seen.missed.contains(inside) && !self.is_apart(call) {
                seen.missed.insert(inside.to_path_buf());
            }
        }
    }

    /// Whether a file is one of the plan's, by whatever links it is reached.
    fn is_planned(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| self.planned.contains(&real))
    }

    /// The same of the files that are there for their names.
    pub fn is_named(&self, path: &Path) -> bool {
        let named = |real| self.named.contains(&real);
        !self.named.is_empty() && fs::canonicalize(path).is_ok_and(named)
    }

    /// Whether a call comes from the process whose look-ups are left out, or from a cargo
    /// that it has started, as `cargo clippy` does.
    fn is_apart(&self, call: &Call) -> bool {
        let program = program(call);
        let name = program.file_name().unwrap_or_default().as_bytes();
        if name.starts_with(b"cargo") {
            return true;
        }
        let status = fs::read_to_string(format!("/proc/{}/status", call.thread));
        let process = status.ok().and_then(|text| {
            let line = text.lines().find_map(|l| l.strip_prefix("Tgid:"))?;
            line.trim().parse::<u32>().ok()
        });
        process == Some(self.apart.load(Ordering::Relaxed))
    }
}

/// The place of a path below a directory, links followed, if it is below it.
pub fn inside(path: &Path, dir: &Path) -> Option<PathBuf> {
    let real = real(path, MOST_LINKS);
    real.strip_prefix(dir).ok().map(Path::to_path_buf)
}

/// The program that calls.
fn program(call: &Call) -> PathBuf {
    fs::read_link(format!("/proc/{}/exe", call.thread)).unwrap_or_default()
}

/// Whether a file is what a call of rustc compiles: a stub, which the plan has written.
fn starts_from(call: &Call, file: &Path) -> bool {
    if file.extension() != Some(OsStr::new("rs")) {
        return false;
    }
    let said = fs::read(format!("/proc/{}/cmdline", call.thread)).unwrap_or_default();
    let Ok(dir) = fs::read_link(format!("/proc/{}/cwd", call.thread)) else {
        return false;
    };
    let file = fs::canonicalize(file).ok();
    said.split(|&b| b == 0)
        .map(|arg| Path::new(OsStr::from_bytes(arg)))
        .filter(|arg| arg.extension() == Some(OsStr::new("rs")))
        .any(|arg| file.is_some() && fs::canonicalize(dir.join(arg)).ok() == file)
}

/// Whether a path that begins elsewhere may lead to the project by a link.
fn leads_elsewhere(path: &Path, outputs: &Path) -> bool {
    path.starts_with(outputs) || path.starts_with("/proc")
}

fn is_missing(e: &io::Error) -> bool {
    const ENOTDIR: i32 = 20;
    e.kind() == io::ErrorKind::NotFound || e.raw_os_error() == Some(ENOTDIR)
}

/// The names in a directory.
pub fn names(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|e| PathBuf::from(e.file_name())).collect()
}

/// The path that a call looks for, as it says it, if the call is known and there is one. It
/// fails where the memory of who calls cannot be read.
fn path_of(call: &Call) -> io::Result<Option<(PathBuf, &'static Kind)>> {
    let Some(kind) = Kind::of(call.number).filter(|_| call.architecture == ARCHITECTURE) else {
        return Ok(None);
    };
    let mut text = [0; LONGEST];
    // Less when the memory ends there.
    let read = call.read(call.arguments[usize::from(kind.path)], &mut text)?;
    let end = text[..read].iter().position(|&b| b == 0);
    Ok(end.map(|end| (OsStr::from_bytes(&text[..end]).into(), kind)))
}

/// A path of a call from the root on. An empty one looks for nothing.
fn absolute(call: &Call, kind: &Kind, path: PathBuf) -> Option<PathBuf> {
    if path.as_os_str().as_bytes().is_empty() {
        return None;
    }
    if let Ok(rest) = path.strip_prefix("/proc/self") {
        return Some(PathBuf::from(format!("/proc/{}", call.thread)).join(rest));
    }
    if path.is_absolute() {
        return Some(path);
    }
    let dir = kind.dir.map(|at| call.arguments[usize::from(at)] as i32);
    let link = match dir {
        None | Some(WORKING_DIR) => format!("/proc/{}/cwd", call.thread),
        Some(fd) => format!("/proc/{}/fd/{fd}", call.thread),
    };
    Some(fs::read_link(link).ok()?.join(path))
}

/// A path without `.` and `..`, as if there were no links.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// As many links as the kernel follows. path_resolution(7)
const MOST_LINKS: u32 = 40;

/// Where a path that is not there would be: links are followed, those to nothing too.
fn real(path: &Path, links: u32) -> PathBuf {
    if let Ok(path) = fs::canonicalize(path) {
        return path;
    }
    let mut parts = path.components();
    let Some(last) = parts.next_back() else {
        return path.to_path_buf();
    };
    let mut out = real(parts.as_path(), links);
    match last {
        Component::ParentDir => {
            out.pop();
        }
        Component::Normal(name) => {
            let at = out.join(name);
            match fs::read_link(&at) {
                Ok(link) if links > 0 => return real(&out.join(link), links - 1),
                _ => out = at,
            }
        }
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;
    use crate::layout::tests::{put, scratch};
    use std::os::unix::fs::symlink;
    use std::process::Command;

    /// What a program looks for below a directory with some files.
    fn looked_for(name: &str, program: &[&str], prepare: impl FnOnce(&Path)) -> (Lookups, String) {
        let root = fs::canonicalize(scratch(name)).unwrap();
        put(
            &root,
            &["app/Cargo.toml", "app/src/lib.rs", "app/src/other.rs"],
        );
        prepare(&root);
        let apart = AtomicU32::new(0);
        let manifest = root.join("app/Cargo.toml");
        let watch = Watch {
            root: &root,
            planned: HashSet::from([manifest]),
            originals: &root.join("originals"),
            named: HashSet::from([root.join("app/NAME")]),
            wanted: &["app/src".to_string(), "app/README.md".to_string()],
            outputs: &root.join("outputs"),
            apart: &apart,
        };
        let (done, seen) = during(&watch, || {
            Command::new(program[0])
                .args(&program[1..])
                .current_dir(root.join("app"))
                .output()
        });
        let said = String::from_utf8(done.unwrap().stdout).unwrap();
        files::remove(&root).unwrap();
        let mut seen = seen.expect("this kernel tells of calls");
        for names in seen.listed.values_mut() {
            names.sort();
        }
        (seen, said)
    }

    fn set(paths: &[&str]) -> BTreeSet<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn what_is_not_there_is_seen() {
        let (seen, _) = looked_for(
            "missed",
            &[
                "cat",
                "../VERSION",
                "src/lib.rs",
                "../app/none",
                "/none",
                "./-x",
            ],
            |_| {},
        );
        assert_eq!(seen.missed, set(&["VERSION", "app/-x", "app/none"]));
        assert!(
            seen.listed.is_empty() && seen.planned.is_empty(),
            "{seen:?}"
        );
    }

    #[test]
    fn links_are_followed_to_what_is_not_there() {
        let (seen, _) = looked_for("links", &["cat", "README.md", "up/README.md"], |root| {
            symlink("../docs/README.md", root.join("app/README.md")).unwrap();
            fs::create_dir_all(root.join("deep/er")).unwrap();
            symlink("../deep/er", root.join("app/up")).unwrap();
        });
        assert_eq!(seen.missed, set(&["docs/README.md", "deep/er/README.md"]));
    }

    #[test]
    fn who_asks_for_a_link_alone_misses_nothing() {
        let (seen, _) = looked_for("link-alone", &["readlink", "README.md"], |root| {
            symlink("../docs/README.md", root.join("app/README.md")).unwrap();
        });
        assert_eq!(seen, Lookups::default());
    }

    #[test]
    fn listed_directories_and_the_plans_own_files_are_seen() {
        let (seen, _) = looked_for("listed", &["ls", "src"], |_| {});
        let names = vec![PathBuf::from("lib.rs"), PathBuf::from("other.rs")];
        assert_eq!(
            seen.listed,
            BTreeMap::from([(PathBuf::from("app/src"), names)])
        );
        let (seen, _) = looked_for("planned", &["cat", "Cargo.toml"], |_| {});
        assert_eq!(seen.planned, set(&["app/Cargo.toml"]));
    }

    #[test]
    fn what_is_wanted_and_looked_at_is_used() {
        let link = |root: &Path| symlink("src/lib.rs", root.join("app/README.md")).unwrap();
        let used = |program: &[&str]| looked_for("used", program, link).0.used;
        let names = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<BTreeSet<_>>();
        assert_eq!(used(&["cat", "src/lib.rs"]), names(&["app/src"]));
        assert_eq!(
            used(&["cat", "README.md"]),
            names(&["app/README.md", "app/src"])
        );
        assert_eq!(used(&["cat", "Cargo.toml"]), names(&[]));
    }

    #[test]
    fn a_file_that_is_there_for_its_name_is_missed_by_who_looks_at_it() {
        let named = |root: &Path| fs::write(root.join("app/NAME"), "").unwrap();
        let (seen, _) = looked_for("named", &["ls"], named);
        assert!(seen.missed.is_empty(), "{seen:?}");
        for program in [["cat", "NAME"], ["stat", "NAME"], ["wc", "../app/NAME"]] {
            let (seen, _) = looked_for("named", &program, named);
            assert_eq!(seen.missed, set(&["app/NAME"]), "{program:?}");
        }
    }

    #[test]
    fn who_reads_a_file_of_the_plan_gets_the_projects_own() {
        let (seen, said) = looked_for("original", &["cat", "Cargo.toml"], |root| {
            put(root, &["originals/app/Cargo.toml"]);
        });
        assert_eq!(said, "originals/app/Cargo.toml");
        assert!(seen.planned.is_empty(), "{seen:?}");
    }

    #[test]
    fn what_is_made_is_not_missed() {
        let (seen, _) = looked_for("made", &["cp", "src/lib.rs", "src/gen.rs"], |_| {});
        // cp asks whether there is something before it writes.
        assert!(seen.missed.len() <= 1, "{seen:?}");
    }

    #[test]
    fn processes_of_processes_are_watched_and_their_answers_are_right() {
        let (seen, _) = looked_for(
            "deep",
            &["sh", "-c", "(cat ../one; sh -c 'cat ../two') || true"],
            |_| {},
        );
        assert!(seen.missed.is_superset(&set(&["one", "two"])), "{seen:?}");
    }

    /// A watch over a directory that is not there.
    fn of_nothing(apart: &AtomicU32) -> Watch<'_> {
        Watch {
            root: Path::new("/none"),
            planned: HashSet::new(),
            originals: Path::new("/none"),
            named: HashSet::new(),
            wanted: &[],
            outputs: Path::new("/none"),
            apart,
        }
    }

    #[test]
    fn the_result_of_the_work_is_given() {
        let apart = AtomicU32::new(0);
        let watch = of_nothing(&apart);
        assert_eq!(during(&watch, || 7).0, 7);
    }

    #[test]
    fn without_a_kernel_that_tells_the_work_is_done() {
        let apart = AtomicU32::new(0);
        let watch = of_nothing(&apart);
        // The kernel allows one listener.
        let ((said, inner), outer) = during(&watch, || during(&watch, || 7));
        assert_eq!((said, inner), (7, None));
        assert!(outer.is_some());
    }
}
