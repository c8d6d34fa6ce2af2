//! Who waits and who compiles, and who comes first.
//!
//! Builds take turns by start-time fair queueing: an account holds for how long a build
//! has used processors, and the build with the smallest one is next, or rather one that
//! uses fewer processors just now. A build that comes to wait starts where those are that
//! wait already, and not at zero: it neither holds up the others until it has caught up,
//! nor waits behind what they did before. Accounts count only while builds compete.
//! https://doi.org/10.1109/90.649569

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use super::directory::{Directory, Priority};

/// The most that one slot counts before its step ends, in microseconds: clocks may jump.
const MOST_RUNNING: u64 = 300_000_000;

/// A step that waits. This is the name of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it came, in nanoseconds since 1970.
    pub arrival: u64,
    pub id: String,
    pub priority: Priority,
}

impl Entry {
    pub fn parse(name: &str) -> Option<Entry> {
        let mut parts = name.splitn(4, '-');
        let arrival = parts.next()?.parse().ok()?;
        let id = parts.next()?.to_string();
        let urgency = parts.next()?.parse().ok()?;
        let build = parts.next()?.to_string();
        let priority = Priority { build, urgency };
        (id.len() == 16).then_some(Entry {
            arrival,
            id,
            priority,
        })
    }

    pub fn name(&self) -> String {
        let Priority { build, urgency } = &self.priority;
        format!("{:020}-{}-{urgency}-{build}", self.arrival, self.id)
    }
}

/// Since 1970. All containers of a machine have this clock.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX))
}

/// What a step that compiles writes to its slot.
pub fn running(build: &str) -> String {
    format!("{} {build}\n", now() / 1000)
}

/// A build that waits or compiles.
#[derive(Clone, Copy, Default)]
struct Build {
    /// How many slots it holds.
    held: usize,
    /// For how long it has held those, in microseconds.
    running: u64,
    /// What its account says, in microseconds.
    used: u64,
}

impl Build {
    fn time(&self) -> u64 {
        self.used.saturating_add(self.running)
    }
}

/// What the directory says. It may change meanwhile: then turns are less fair, and no more.
pub struct State {
    pub waiting: Vec<Entry>,
    builds: BTreeMap<String, Build>,
    /// The largest of all accounts.
    largest: u64,
}

impl State {
    pub fn read(dir: &Directory, slots: usize) -> io::Result<State> {
        let waiting = dir.waiting()?;
        let mut builds = BTreeMap::<String, Build>::new();
        let now = now() / 1000;
        for i in 0..slots {
            let text = fs::read_to_string(dir.slot(i)).unwrap_or_default();
            let Some((since, build)) = text.trim_end().split_once(' ') else {
                continue; // it is free
            };
            let build = builds.entry(build.to_string()).or_default();
            let running = now.saturating_sub(since.parse().unwrap_or(now));
            build.held += 1;
            build.running += running.min(MOST_RUNNING);
        }
        for entry in &waiting {
            builds.entry(entry.priority.build.clone()).or_default();
        }
        for (name, build) in &mut builds {
            build.used = dir.used(name);
        }
        Ok(State {
            waiting,
            builds,
            largest: dir.largest(),
        })
    }

    /// All that wait, the one that is next first.
    pub fn order(&self) -> Vec<&Entry> {
        let mut first = BTreeMap::new();
        for entry in &self.waiting {
            let arrival = first.entry(&*entry.priority.build).or_insert(u64::MAX);
            *arrival = entry.arrival.min(*arrival);
        }
        let mut out: Vec<&Entry> = self.waiting.iter().collect();
        out.sort_by_cached_key(|entry| {
            let name = &*entry.priority.build;
            let build = self.build(name);
            (
                // Which build is next ...
                (build.held, build.time(), first.get(name), name),
                // ... and which step of it.
                (Reverse(entry.priority.urgency), entry.arrival, &entry.id),
            )
        });
        out
    }

    /// Brings the account of a build of which nobody waits yet to where the others are.
    pub fn arrive(&self, dir: &Directory, build: &str) {
        let waiting: BTreeSet<&str> = self.waiting.iter().map(|e| &*e.priority.build).collect();
        if waiting.contains(build) {
            return;
        }
        let start = match waiting.iter().map(|b| self.build(b).time()).min() {
            Some(least) => least,
            // Nobody competes: all are even.
            None => (self.builds.values().map(Build::time)).fold(self.largest, u64::max),
        };
        let _ = dir.raise(build, start.saturating_sub(self.build(build).running));
    }

    fn build(&self, name: &str) -> Build {
        self.builds.get(name).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(arrival: u64, urgency: u32, build: &str) -> Entry {
        let build = build.to_string();
        Entry {
            arrival,
            id: format!("{arrival:016}"),
            priority: Priority { build, urgency },
        }
    }

    #[test]
    fn names_are_read_back_and_others_are_not_guessed() {
        let one = entry(7, 999, "a-build-1");
        assert_eq!(Entry::parse(&one.name()), Some(one));
        for name in ["", "000-layer", "1-2-3-4", "x-0123456789abcdef-1-b", ".new"] {
            assert_eq!(Entry::parse(name), None, "{name}");
        }
    }

    #[test]
    fn builds_take_turns_and_urgent_steps_come_first() {
        let build = |held, used, running| Build {
            held,
            running,
            used,
        };
        let state = State {
            waiting: vec![
                entry(1, 999, "busy"),
                entry(2, 1, "late"),
                entry(3, 5, "late"),
                entry(4, 5, "late"),
                entry(5, 0, "early"),
                entry(6, 9, "new"),
                entry(7, 9, "other"),
            ],
            builds: BTreeMap::from([
                ("busy".to_string(), build(1, 0, 0)),
                ("late".to_string(), build(0, 10, 40)),
                ("early".to_string(), build(0, 40, 0)),
                ("new".to_string(), build(0, 30, 0)),
                ("other".to_string(), build(0, 30, 0)),
            ]),
            largest: 0,
        };
        let order: Vec<u64> = state.order().iter().map(|e| e.arrival).collect();
        assert_eq!(order, [6, 7, 5, 3, 4, 2, 1]);
    }
}
