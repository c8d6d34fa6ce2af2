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
            "/proc/thread-self/cwd/thread",
        ],
        |_| {},
    );
    assert_eq!(
        seen.missed,
        set(&["VERSION", "app/-x", "app/none", "app/thread"])
    );
    assert!(
        seen.listed.is_empty() && seen.planned.is_empty(),
        "{seen:?}"
    );
}

#[test]
fn a_directory_that_a_path_only_passes_is_missed_too() {
    let path = "../proto/v1/../common.proto";
    let (seen, _) = looked_for("passed", &["cat", path], |_| {});
    assert_eq!(seen.missed, set(&["proto/v1", "proto/common.proto"]));
    let (seen, _) = looked_for("passed", &["cat", path], |root| {
        put(root, &["proto/common.proto"]);
    });
    assert_eq!(seen.missed, set(&["proto/v1", "proto/common.proto"]));
    let (seen, said) = looked_for("passed", &["cat", "none/../src/lib.rs"], |root| {
        fs::create_dir_all(root.join("app/none")).unwrap();
    });
    assert!(seen.missed.is_empty() && !said.is_empty(), "{seen:?}");
}

#[test]
fn a_file_with_the_name_of_who_reads_it_is_missed() {
    let (seen, _) = looked_for("own-name", &["cat", "../cat"], |_| {});
    assert_eq!(seen.missed, set(&["cat"]));
    let (seen, _) = looked_for("own-link", &["readlink", "readlink"], |_| {});
    assert!(seen.missed.is_empty(), "{seen:?}");
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
    assert!(seen.missed.is_empty() && seen.used.is_empty(), "{seen:?}");
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
fn who_asks_about_a_file_of_the_plan_is_told_of_the_one_it_opens() {
    for program in [
        vec!["stat", "-L", "-c", "%s", "Cargo.toml"],
        vec!["stat", "-c", "%s", "../app/Cargo.toml"],
        vec!["sh", "-c", "cp Cargo.toml copy && stat -c %s copy"],
        vec![
            "sh",
            "-c",
            "cp -r . ../copy && stat -c %s ../copy/Cargo.toml",
        ],
        vec!["sh", "-c", "tar c . | tar xO ./Cargo.toml | wc -c"],
    ] {
        let (_, said) = looked_for("said", &program, |root| {
            put(root, &["originals/app/Cargo.toml"]);
            fs::write(root.join("app/Cargo.toml"), "plan").unwrap();
        });
        assert_eq!(said.trim(), "24", "{program:?}");
    }
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

#[test]
fn programs_that_are_nowhere_are_seen_and_git_looks_for_its_repository() {
    let script = "git-none --version; env git-none; true; env cat /dev/null";
    let (seen, _) = looked_for("programs", &["sh", "-c", script], |_| {});
    assert_eq!(seen.absent_programs(), ["git-none"]);
    assert!(!seen.missed.contains(Path::new(".git")), "{seen:?}");
    let script = "/usr/bin/env PATH=/none git --version";
    let (seen, _) = looked_for("programs", &["/bin/sh", "-c", script], |_| {});
    assert_eq!(seen.missed, set(&[".git"]));
}

#[test]
fn what_a_linker_takes_for_an_option_is_not_missed() {
    let (seen, _) = looked_for("options", &["cat", "--", "-none", "-lc"], |_| {});
    assert!(seen.missed.is_empty(), "{seen:?}");
    let (seen, _) = looked_for("options", &["sh", "-c", "cat <-none"], |_| {});
    assert_eq!(seen.missed, set(&["app/-none"]));
}
