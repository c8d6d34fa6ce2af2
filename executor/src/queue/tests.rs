use super::*;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// Longer than anything here takes, on a busy machine too.
const STUCK: Duration = Duration::from_secs(60);

/// Threads stand for steps: a lock belongs to an open file, and each opens its own.
pub struct Steps {
    pub dir: Directory,
    pub root: PathBuf,
    processors: usize,
    sender: Sender<(String, Slot)>,
    turns: Receiver<(String, Slot)>,
    started: usize,
}

impl Steps {
    pub fn new(name: &str, processors: usize) -> Steps {
        // Sockets have short names only.
        let root = PathBuf::from(format!("/tmp/rust-frontend-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let (sender, turns) = mpsc::channel();
        Steps {
            dir: Directory::open(&root).unwrap(),
            root,
            processors,
            sender,
            turns,
            started: 0,
        }
    }

    pub fn build(&self, build: &str, layers: &[(&str, u32)]) {
        let layers: Vec<_> = layers.iter().map(|(l, u)| (l.to_string(), *u)).collect();
        prioritise(&self.root, build, &layers).unwrap();
    }

    pub fn acquire(&self, layer: &str) -> Slot {
        acquire(&self.root, layer, self.processors, &mut |_| {}).unwrap()
    }

    /// Starts a step that hands its slot to the test.
    fn start(&mut self, layer: &str) {
        let (root, processors, sender) = (self.root.clone(), self.processors, self.sender.clone());
        let layer = layer.to_string();
        self.started += 1;
        thread::spawn(move || {
            let slot = acquire(&root, &layer, processors, &mut |_| {}).unwrap();
            let _ = sender.send((layer, slot));
        });
    }

    /// Starts a step, and sees it wait: all slots are taken.
    fn start_to_wait(&mut self, layer: &str) {
        let before = self.waiting();
        self.start(layer);
        self.until(|steps| steps.waiting() > before);
    }

    fn waiting(&self) -> usize {
        self.dir.waiting().unwrap().len()
    }

    fn until(&self, done: impl Fn(&Steps) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < STUCK);
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The next step that has a slot.
    fn turn(&mut self) -> (String, Slot) {
        self.started -= 1;
        self.turns.recv_timeout(STUCK).unwrap()
    }

    /// All steps that wait, in the order of their turns.
    fn order(&mut self) -> Vec<String> {
        (0..self.started).map(|_| self.turn().0).collect()
    }

    /// What a step leaves behind that was killed while it waited.
    pub fn leave_dead_waiter(&self, priority: &Priority) -> Entry {
        let entry = Entry {
            arrival: 1,
            id: format!("{:016x}", priority.urgency),
            priority: priority.clone(),
        };
        fs::write(self.dir.entry(&entry), "").unwrap();
        drop(UnixDatagram::bind(self.dir.socket(&entry.id)).unwrap());
        entry
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

pub fn files(dir: PathBuf) -> usize {
    fs::read_dir(dir).unwrap().count()
}

#[test]
fn never_do_more_steps_compile_than_there_are_processors() {
    let steps = Steps::new("many", 3);
    let (held, turns) = (AtomicUsize::new(0), AtomicUsize::new(0));
    steps.build("one", &[("a", 1), ("b", 2)]);
    thread::scope(|scope| {
        for i in 0..60 {
            let (steps_root, held, turns) = (&steps.root, &held, &turns);
            scope.spawn(move || {
                let layer = ["a", "b", "c"][i % 3]; // many steps of the same layer
                let slot = acquire(steps_root, layer, 3, &mut |_| {}).unwrap();
                assert!(held.fetch_add(1, Ordering::SeqCst) < 3);
                thread::sleep(Duration::from_millis(2));
                held.fetch_sub(1, Ordering::SeqCst);
                turns.fetch_add(1, Ordering::SeqCst);
                drop(slot);
            });
        }
    });
    assert_eq!(turns.into_inner(), 60);
    for dir in ["queue", "sockets"] {
        assert_eq!(files(steps.root.join(dir)), 0, "{dir}");
    }
}

#[test]
fn the_most_urgent_step_of_a_build_is_next() {
    let mut steps = Steps::new("urgent", 1);
    let names = ["a0", "a1", "b1", "a3", "b2", "a2", "b3"];
    steps.build("one", &names.map(|n| (n, n[1..].parse().unwrap())));
    let first = steps.acquire("a0");
    for name in names {
        steps.start_to_wait(name);
    }
    drop(first);
    assert_eq!(steps.order(), ["a3", "b3", "b2", "a2", "a1", "b1", "a0"]);
}

#[test]
fn what_is_said_late_of_a_step_is_heard() {
    let mut steps = Steps::new("late", 1);
    steps.build("one", &[("a", 1)]);
    let first = steps.acquire("a");
    for name in ["a", "b", "c"] {
        steps.start_to_wait(name);
    }
    steps.build("one", &[("b", 2), ("c", 3)]);
    steps.until(|s| {
        s.dir
            .waiting()
            .unwrap()
            .iter()
            .all(|e| e.priority.is_known())
    });
    drop(first);
    assert_eq!(steps.order(), ["c", "b", "a"]);
}

/// Each of two steps of a small build, which comes while large ones wait, has its turn
/// among the next few; and the large ones use the processors for the same time.
#[test]
fn builds_take_turns() {
    const LAYERS: usize = 15;
    let mut steps = Steps::new("turns", 2);
    for build in ["x", "y", "z", "small"] {
        let layers: Vec<String> = (0..LAYERS).map(|i| format!("{build}-{i}")).collect();
        let layers: Vec<_> = layers.iter().map(|l| (&**l, 500)).collect();
        steps.build(build, &layers);
    }
    let mut held = vec![steps.acquire("x-0"), steps.acquire("x-1")];
    for build in ["x", "y", "z"] {
        for i in 0..LAYERS {
            steps.start_to_wait(&format!("{build}-{i}"));
        }
    }
    let mut order = Vec::new();
    let (mut used, mut longest) = (BTreeMap::new(), Duration::ZERO);
    for turn in 0..36 {
        if turn == 12 {
            steps.start_to_wait("small-0");
            steps.start_to_wait("small-1");
        }
        thread::sleep(Duration::from_millis(5));
        drop(held.remove(0));
        let (layer, slot) = steps.turn();
        let build = layer.split('-').next().unwrap().to_string();
        let time = held[0].start.elapsed();
        *used.entry(held[0].build.clone()).or_insert(Duration::ZERO) += time;
        longest = longest.max(time);
        held.push(slot);
        order.push(build);
    }
    let small: Vec<usize> = (0..36).filter(|&i| order[i] == "small").collect();
    // Others may be before it in a tie, and its second step waits for them once more.
    assert!(small[0] < 12 + 4 && small[1] < small[0] + 6, "{order:?}");
    let large = ["x", "y", "z"].map(|b| used[b]);
    let (most, least) = (large.iter().max().unwrap(), large.iter().min().unwrap());
    assert!(*most - *least < 3 * longest, "{large:?}, {order:?}");
    drop(held);
    assert_eq!(steps.order().len(), 3 * LAYERS + 2 - 36);
}

#[test]
fn what_dead_steps_leave_holds_up_nobody() {
    let mut steps = Steps::new("dead", 1);
    steps.build("one", &[("a", 1), ("b", 2)]);
    fs::write(steps.dir.slot(0), "1 one\n").unwrap(); // a holder
    let mut priority = steps.dir.priority("a");
    priority.urgency = 999;
    steps.leave_dead_waiter(&priority);
    fs::write(steps.dir.queue().join("nonsense"), [255]).unwrap();
    let first = steps.acquire("a");
    assert_eq!(files(steps.root.join("sockets")), 0);

    steps.start_to_wait("a");
    steps.start_to_wait("b");
    let entry = steps.leave_dead_waiter(&priority);
    fs::write(steps.dir.entry(&entry), "0 somebody\n").unwrap(); // had an offer
    drop(first);
    assert_eq!(steps.order(), ["b", "a"]);
    assert_eq!(files(steps.root.join("sockets")), 0);
}

#[test]
fn somebody_else_chooses_when_the_one_who_did_is_dead() {
    let mut steps = Steps::new("chooser", 1);
    let turn = lock::open(&steps.dir.turn()).unwrap();
    lock::lock(&turn).unwrap();
    steps.start_to_wait("a");
    steps.start_to_wait("b");
    drop(turn);
    assert_eq!(steps.order(), ["a", "b"]);
}

#[test]
fn a_step_that_does_not_answer_is_passed_over() {
    let mut steps = Steps::new("stopped", 1);
    steps.build("one", &[("a", 1), ("b", 2)]);
    let first = steps.acquire("a");
    let stopped = Place::enter(&steps.dir, &steps.dir.priority("b")).unwrap();
    steps.start_to_wait("a");
    drop(first);
    let (_, second) = steps.turn();
    // Too late: somebody else has that slot.
    assert_eq!(stopped.offer().unwrap().slot, Some(0));
    steps.start_to_wait("a");
    stopped.decline().unwrap();
    drop(second);
    steps.until(|_| stopped.offer().is_some());
    drop(stopped); // dies with the offer
    assert_eq!(steps.order(), ["a"]);
}

/// A step that knows of fewer processors than the others takes what it is offered.
#[test]
fn steps_need_not_agree_on_processors() {
    let mut steps = Steps::new("processors", 1);
    let held = [
        acquire(&steps.root, "a", 2, &mut |_| {}).unwrap(),
        acquire(&steps.root, "a", 2, &mut |_| {}).unwrap(),
    ];
    steps.processors = 2;
    steps.start_to_wait("chooses");
    steps.processors = 1;
    steps.build("one", &[("first", 1)]);
    steps.start_to_wait("first");
    let [zero, one] = held;
    drop(one);
    assert_eq!(steps.turn().0, "first");
    drop(zero);
    assert_eq!(steps.turn().0, "chooses");
}

#[test]
fn without_sockets_steps_wait_all_the_same() {
    let mut steps = Steps::new("polling", 1);
    let long = steps.root.join("x".repeat(120));
    (steps.dir, steps.root) = (Directory::open(&long).unwrap(), long);
    steps.build("one", &[("a", 1), ("b", 2), ("c", 3)]);
    let first = steps.acquire("a");
    for name in ["a", "b", "c"] {
        steps.start_to_wait(name);
    }
    assert_eq!(files(steps.root.join("sockets")), 0);
    drop(first);
    assert_eq!(steps.order(), ["c", "b", "a"]);
    let root = steps.root.parent().unwrap().to_path_buf();
    steps.root = root;
}

#[test]
fn a_directory_that_is_no_use_keeps_nobody() {
    let steps = Steps::new("useless", 1);
    let file = steps.root.join("file");
    fs::write(&file, "").unwrap();
    assert!(acquire(&file, "a", 1, &mut |_| {}).is_none());
    assert!(prioritise(&file, "b", &[("a".to_string(), 1)]).is_err());
    assert!(acquire(Path::new("/proc/nothing"), "a", 1, &mut |_| {}).is_none());
}

#[test]
fn waiting_is_said_once_after_a_while() {
    let steps = Steps::new("said", 1);
    let listen = |root: &Path| {
        let (start, mut said) = (Instant::now(), Vec::new());
        let mut say = |text: &str| said.push((text.to_string(), start.elapsed()));
        let slot = acquire(root, "a", 1, &mut say).unwrap();
        (slot, said)
    };
    let (first, said) = listen(&steps.root);
    assert_eq!(said, []);
    let (second, said) = thread::scope(|scope| {
        let waiter = scope.spawn(|| listen(&steps.root));
        thread::sleep(QUIET + Duration::from_millis(700));
        drop(first);
        waiter.join().unwrap()
    });
    let texts: Vec<&str> = said.iter().map(|(text, _)| &**text).collect();
    assert_eq!(texts[0], "waiting for a processor");
    assert!(said[0].1 >= QUIET);
    let waited = texts[1].strip_prefix("waited ").unwrap();
    let waited = waited.strip_suffix(" s for a processor").unwrap();
    assert!(
        waited.parse::<f64>().unwrap() >= 2.0 && texts.len() == 2,
        "{texts:?}"
    );
    let (_third, said) = thread::scope(|scope| {
        let waiter = scope.spawn(|| listen(&steps.root));
        steps.until(|s| s.waiting() == 1);
        drop(second);
        waiter.join().unwrap()
    });
    // On a busy machine this one may have waited for longer too.
    assert!(said.iter().all(|(_, time)| *time >= QUIET), "{said:?}");
}
