//! The directory that all steps share:
//!
//! * `processors/N`: a slot, locked by who compiles, with its build and since when;
//! * `turn`: locked by the one that chooses, with its identity;
//! * `queue/ARRIVAL-ID-URGENCY-BUILD`: a step that waits, locked by it, with an offer;
//! * `sockets/ID`: where it sleeps;
//! * `builds/BUILD`: an account, for how many microseconds a build has used processors;
//! * `largest`: the largest account there was;
//! * `priorities/LAYER`: the urgency and the build of a layer;
//! * `swept`: its time says when old files were last removed.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock;
use super::place::send;
use super::state::Entry;

const MOST_URGENT: u32 = 999;
/// The build of layers of which nobody has said anything.
const UNKNOWN: &str = "unknown";

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Which build a step belongs to, and how urgent it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    pub build: String,
    pub urgency: u32,
}

impl Priority {
    fn unknown() -> Priority {
        Priority {
            build: UNKNOWN.to_string(),
            urgency: 0,
        }
    }

    fn parse(text: &str) -> Option<Priority> {
        let (urgency, build) = text.trim_end().split_once(' ')?;
        let urgency = urgency.parse().ok().filter(|&u| u <= MOST_URGENT)?;
        let build = build.to_string();
        is_name(&build).then_some(Priority { build, urgency })
    }

    pub fn is_known(&self) -> bool {
        self.build != UNKNOWN
    }
}

/// Whether a text may be a file's name, or a part of one. Hidden files are not yet ready.
pub fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.starts_with('.')
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'/')
}

#[derive(Clone)]
pub struct Directory {
    root: PathBuf,
}

impl Directory {
    pub fn open(root: &Path) -> io::Result<Directory> {
        for name in ["processors", "queue", "sockets", "builds", "priorities"] {
            let dir = root.join(name);
            if !dir.is_dir() {
                fs::create_dir_all(dir)?;
            }
        }
        Ok(Directory {
            root: root.to_path_buf(),
        })
    }

    pub fn slot(&self, i: usize) -> PathBuf {
        self.root.join("processors").join(i.to_string())
    }

    /// How many slots others have made: a step that is told of fewer processors, since its
    /// build is limited to some, must not overlook those that are free.
    pub fn known_slots(&self) -> usize {
        files(&self.root.join("processors")).len()
    }

    pub fn turn(&self) -> PathBuf {
        self.root.join("turn")
    }

    pub fn queue(&self) -> PathBuf {
        self.root.join("queue")
    }

    pub fn entry(&self, entry: &Entry) -> PathBuf {
        self.queue().join(entry.name())
    }

    pub fn socket(&self, id: &str) -> PathBuf {
        self.root.join("sockets").join(id)
    }

    fn account(&self, build: &str) -> PathBuf {
        self.root.join("builds").join(build)
    }

    fn priority_file(&self, layer: &str) -> PathBuf {
        self.root.join("priorities").join(layer)
    }

    /// The steps that wait, some of which may be dead.
    pub fn waiting(&self) -> io::Result<Vec<Entry>> {
        let mut out = Vec::new();
        for file in fs::read_dir(self.queue())? {
            out.extend(file?.file_name().to_str().and_then(Entry::parse));
        }
        Ok(out)
    }

    /// Creates a file with an identity that no other has, and a name that nobody looks
    /// for. Processes of several containers may have the same number.
    pub fn create_hidden(&self, dir: &Path) -> io::Result<(String, PathBuf, File)> {
        loop {
            // The standard library's only source of random numbers.
            let id = format!("{:016x}", RandomState::new().build_hasher().finish());
            let path = dir.join(format!(".{id}"));
            match OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)
            {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                file => return file.map(|file| (id, path, file)),
            }
        }
    }

    pub fn priority(&self, layer: &str) -> Priority {
        if !is_name(layer) {
            return Priority::unknown();
        }
        let text = fs::read_to_string(self.priority_file(layer)).unwrap_or_default();
        Priority::parse(&text).unwrap_or_else(Priority::unknown)
    }

    pub fn set_priorities(&self, build: &str, layers: &[(String, u32)]) -> io::Result<()> {
        let names = layers.iter().map(|(layer, _)| &**layer).chain([build]);
        if let Some(bad) = names.into_iter().find(|name| !is_name(name)) {
            let text = format!("{bad:?} is no name for a build or a layer");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        for (layer, urgency) in layers {
            let text = format!("{} {build}\n", urgency.min(&MOST_URGENT));
            let (_, hidden, mut file) = self.create_hidden(&self.root.join("priorities"))?;
            let done = file
                .write_all(text.as_bytes())
                .and_then(|()| fs::rename(&hidden, self.priority_file(layer)));
            if done.is_err() {
                let _ = fs::remove_file(&hidden);
                return done;
            }
        }
        Ok(())
    }

    /// For how long a build has used processors, in microseconds.
    pub fn used(&self, build: &str) -> u64 {
        number(&self.account(build))
    }

    pub fn largest(&self) -> u64 {
        number(&self.root.join("largest"))
    }

    /// Adds to the account of a build.
    pub fn charge(&self, build: &str, time: Duration) -> io::Result<()> {
        let time = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let used = change(&self.account(build), |was| was.saturating_add(time))?;
        change(&self.root.join("largest"), |was| was.max(used)).map(drop)
    }

    /// Raises the account of a build to what is given at least.
    pub fn raise(&self, build: &str, to: u64) -> io::Result<()> {
        change(&self.account(build), |was| was.max(to)).map(drop)
    }

    /// Removes old files once an hour. Those who use them meanwhile lose what they add,
    /// which makes turns less fair, and no more.
    pub fn sweep(&self) {
        let swept = self.root.join("swept");
        if is_younger(&swept, HOUR) || fs::write(&swept, "").is_err() {
            return;
        }
        for (path, _) in files(&self.root.join("builds")) {
            remove_unless(is_younger(&path, DAY), &path);
        }
        for (path, name) in files(&self.root.join("priorities")) {
            // They are said once, as long as the daemon has that step in its cache.
            let in_use = || is_younger(&self.account(&self.priority(&name).build), DAY);
            let keep = if is_name(&name) {
                is_younger(&path, MONTH) || in_use()
            } else {
                is_younger(&path, HOUR)
            };
            remove_unless(keep, &path);
        }
        for (path, name) in files(&self.queue()) {
            if let Some(entry) = Entry::parse(&name) {
                self.standing(&entry); // removes it if nobody is there
            } else {
                remove_unless(is_younger(&path, HOUR), &path);
            }
        }
        for (path, _) in files(&self.root.join("sockets")) {
            let alive = || {
                send(&path).map_or_else(|e| e.kind() != io::ErrorKind::ConnectionRefused, |_| true)
            };
            remove_unless(is_younger(&path, HOUR) || alive(), &path);
        }
    }
}

/// The number in a file, 0 if there is none. It is always written in one piece.
fn number(path: &Path) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

/// Changes the number in a file. It has always the same length, so that what is written
/// replaces all that was there, even if the process is killed just then.
fn change(path: &Path, to: impl FnOnce(u64) -> u64) -> io::Result<u64> {
    let file = lock::open(path)?;
    lock::lock(&file)?;
    let was = number(path);
    let now = to(was);
    if now != was {
        let text = format!("{now:020}\n");
        file.write_all_at(text.as_bytes(), 0)?;
        file.set_len(text.len() as u64)?; // somebody else may have written something longer
    }
    Ok(now)
}

/// The files of a directory, with their names.
fn files(dir: &Path) -> Vec<(PathBuf, String)> {
    let list = fs::read_dir(dir).into_iter().flatten().flatten();
    list.map(|f| (f.path(), f.file_name().to_string_lossy().into_owned()))
        .collect()
}

fn is_younger(path: &Path, age: Duration) -> bool {
    let changed = fs::metadata(path).and_then(|m| m.modified());
    // A time to come is that of a clock which was set back.
    changed.is_ok_and(|t| t.elapsed().map_or(true, |past| past < age))
}

fn remove_unless(keep: bool, path: &Path) {
    if !keep {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;
    use std::time::SystemTime;

    use super::super::place::Place;
    use super::super::prioritise;
    use super::super::tests::{files, Steps};
    use super::*;

    #[test]
    fn the_last_one_to_say_what_is_urgent_is_believed() {
        let steps = Steps::new("priorities", 1);
        let priority = |layer| {
            let Priority { build, urgency } = steps.dir.priority(layer);
            (build, urgency)
        };
        steps.build("one", &[("a", 1), ("b", 5000)]);
        steps.build("two", &[("a", 2)]);
        assert_eq!(priority("a"), ("two".to_string(), 2));
        assert_eq!(priority("b"), ("one".to_string(), 999));
        let unknown = ("unknown".to_string(), 0);
        for text in ["", "x", "1", "1 ", "1000 b", "-1 b", "1 ../b", "1 .b"] {
            fs::write(steps.root.join("priorities/bad"), text).unwrap();
            assert_eq!(priority("bad"), unknown, "{text}");
        }
        for name in ["c", "../file", ""] {
            assert_eq!(priority(name), unknown, "{name}");
        }
        let bad = [("a".to_string(), 3), ("../b".to_string(), 3)];
        assert!(prioritise(&steps.root, "three", &bad).is_err());
        assert!(prioritise(&steps.root, "a b", &[]).is_err());
        assert_eq!(priority("a"), ("two".to_string(), 2));
        assert_eq!(files(steps.root.join("priorities")), 3);
    }

    #[test]
    fn accounts_survive_what_others_write() {
        let steps = Steps::new("accounts", 1);
        let second = Duration::from_secs(1);
        for text in ["", "x\n", "99999999999999999999999\n", "\u{1}\n\n\n\n"] {
            fs::write(steps.root.join("builds/a"), text).unwrap();
            steps.dir.charge("a", second).unwrap();
            steps.dir.charge("a", second).unwrap();
            assert_eq!(steps.dir.used("a"), 2_000_000, "{text:?}");
        }
        steps.dir.raise("a", 1).unwrap();
        steps.dir.raise("b", 3_000_000).unwrap();
        assert_eq!(
            (steps.dir.used("a"), steps.dir.used("b")),
            (2_000_000, 3_000_000)
        );
        assert_eq!(steps.dir.largest(), 2_000_000);
        // Who comes when nobody waits starts where the others are.
        drop(steps.acquire("c"));
        assert!(steps.dir.used("unknown") > 2_000_000);
    }

    #[test]
    fn old_files_are_removed_unless_they_are_in_use() {
        let steps = Steps::new("old", 1);
        let age = |path: &str, hours: u64| {
            let path = steps.root.join(path);
            let time = SystemTime::now() - Duration::from_secs(hours * 60 * 60);
            if !path.exists() {
                fs::write(&path, "").unwrap();
            }
            File::open(&path).unwrap().set_modified(time).unwrap();
        };
        steps.build("running", &[("in-use", 1)]);
        steps.build("ended", &[("unused", 1), ("fresh", 1)]);
        let _place = Place::enter(&steps.dir, &steps.dir.priority("in-use")).unwrap();
        let waits = steps.dir.waiting().unwrap()[0].name();
        let dead = steps.leave_dead_waiter(&steps.dir.priority("unused"));
        drop(UnixDatagram::bind(steps.root.join("sockets/orphan")).unwrap());
        for (path, hours) in [
            ("swept", 2),
            ("builds/running", 1),
            ("builds/ended", 30),
            ("priorities/in-use", 800),
            ("priorities/unused", 800),
            ("priorities/.half", 30),
            ("priorities/.writing", 0),
            ("queue/.half", 2),
            ("queue/.coming", 0),
        ] {
            age(path, hours);
        }
        steps.build("next", &[]);
        for (dir, left) in [
            ("builds", vec!["running"]),
            ("priorities", vec![".writing", "fresh", "in-use"]),
            ("queue", vec![".coming", &*waits]),
        ] {
            let mut names: Vec<String> = fs::read_dir(steps.root.join(dir))
                .unwrap()
                .map(|f| f.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            assert_eq!(names, left, "{dir}");
        }
        assert!(!steps.dir.socket(&dead.id).exists());
        age("builds/running", 30);
        steps.build("next", &[]); // not again within the hour
        assert!(steps.root.join("builds/running").exists());
    }
}
