//! The document that says what a step does. The plan writes it (plan/document.go,
//! which says what each field means).

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{self, Context, Result};
use crate::json::{self, Value};

/// The variable that holds the document, or the absolute name of its file.
pub const STEP_VARIABLE: &str = "RUST_FRONTEND_STEP";

/// The package of a layer's synthetic workspace; nothing else has this in its name.
pub const UNIT: &str = "rust-frontend-unit";

/// Where things stand in the step.
pub struct Dirs {
    pub source: PathBuf,
    pub vendor: PathBuf,
    pub target: PathBuf,
    pub output: PathBuf,
    pub home: PathBuf,
    pub out: PathBuf,
    pub built: PathBuf,
    pub info: PathBuf,
    pub archives: PathBuf,
    pub slots: PathBuf,
    pub report: PathBuf,
    pub originals: PathBuf,
}

/// A file that the plan wrote.
pub struct File {
    pub path: PathBuf,
    pub text: String,
}

/// What is said where one of the signs was printed.
pub struct Help {
    pub text: String,
    pub signs: Vec<String>,
    /// Programs that are nowhere say more than the text.
    pub programs: bool,
}

/// Whether it is seen what is looked for, and what a failure means.
pub struct Lookups {
    /// Directories whose files the step has, all but those below `parts`.
    pub whole: Vec<PathBuf>,
    pub parts: Vec<PathBuf>,
    pub last: bool,
    /// What is remembered is of no use.
    pub forget: bool,
    /// Tell the step apart in what is remembered, whatever its files are: the first that
    /// anything is remembered by counts.
    pub memory: Vec<String>,
    /// Those of the steps below, each with several.
    pub below: Vec<Vec<String>>,
    /// What was found out about it, below the project's directory.
    pub files: Vec<String>,
    pub originals: Vec<String>,
    /// Names that it lists, those of directories with a slash behind.
    pub listed: Vec<String>,
    /// The same of all that the step compiles. They are there, and empty.
    pub names: Vec<String>,
}

/// A registry package's archive.
pub struct Archive {
    pub dir: String,
    pub checksum: String,
}

/// A binary that a step hands out.
pub struct Binary {
    pub from: PathBuf,
    pub to: PathBuf,
    pub commands: Vec<Vec<String>>,
    pub copy: bool,
    pub dwp: PathBuf,
}

pub struct Task {
    pub action: String,
    pub dir: PathBuf,
    pub cargo: Vec<String>,
    pub unit_dirs: Vec<PathBuf>,
    pub info: String,
    pub stand_in: bool,
    pub packages: Vec<String>,
    pub crates: Vec<String>,
    pub questions: Vec<String>,
    pub watch: PathBuf,
    pub recheck: bool,
    pub date_vendor: bool,
    pub help: Vec<Help>,
    pub lookups: Option<Lookups>,
    pub refuse: String,
    pub binaries: Vec<Binary>,
    pub docs: Vec<PathBuf>,
    pub dated: Vec<PathBuf>,
    pub made: PathBuf,
    pub archives: Vec<Archive>,
    pub resolved_with: Vec<String>,
    pub build: String,
    pub urgency: Vec<(String, u32)>,
    pub inspect: Vec<(String, PathBuf)>,
}

pub struct Document {
    /// Tells the step apart from others, whatever build it belongs to.
    pub id: String,
    pub dirs: Dirs,
    pub file_time: u64,
    pub output_time: u64,
    pub failed_codes: Vec<u8>,
    pub blame: Vec<String>,
    pub files: Vec<File>,
    /// Symbolic links, by their paths, with what they lead to.
    pub links: Vec<(PathBuf, PathBuf)>,
    pub task: Task,
}

/// The document's text, from the variable or the file that it names.
pub fn text(step: &OsStr) -> Result<String> {
    let path = Path::new(step);
    if path.is_absolute() {
        return fs::read_to_string(path).at(path);
    }
    step.to_str()
        .map(str::to_string)
        .ok_or_else(|| failure::text("the step's document is no UTF-8"))
}

impl Document {
    pub fn read(text: &str) -> Result<Document> {
        let v = json::parse(text).map_err(failure::text)?;
        let mut sum = rust_frontend_codec::Sha256::new();
        sum.update(text.as_bytes());
        let dirs = v.get("dirs");
        let dir = |name: &str| PathBuf::from(dirs.get(name).text());
        Ok(Document {
            id: rust_frontend_codec::hex(&sum.finish())[..16].to_string(),
            dirs: Dirs {
                source: dir("source"),
                vendor: dir("vendor"),
                target: dir("target"),
                output: dir("output"),
                home: dir("home"),
                out: dir("out"),
                built: dir("built"),
                info: dir("info"),
                archives: dir("archives"),
                slots: dir("slots"),
                report: dir("report"),
                originals: dir("originals"),
            },
            file_time: v.get("fileTime").number(),
            output_time: v.get("outputTime").number(),
            failed_codes: codes(v.get("failedCodes")),
            blame: v.get("blame").texts(),
            files: v.get("files").list().iter().map(file).collect(),
            links: v.get("links").list().iter().map(link).collect(),
            task: task(v.get("task")),
        })
    }
}

fn task(v: &Value) -> Task {
    Task {
        action: v.get("do").text().to_string(),
        dir: path(v.get("dir")),
        cargo: v.get("cargo").texts(),
        unit_dirs: paths(v.get("unitDirs")),
        info: v.get("info").text().to_string(),
        stand_in: v.get("standIn").is_true(),
        packages: v.get("packages").texts(),
        crates: v.get("crates").texts(),
        questions: v.get("questions").texts(),
        watch: path(v.get("watch")),
        recheck: v.get("recheck").is_true(),
        date_vendor: v.get("dateVendor").is_true(),
        help: v.get("help").list().iter().map(help).collect(),
        lookups: lookups(v.get("lookups")),
        refuse: v.get("refuse").text().to_string(),
        binaries: v.get("binaries").list().iter().map(binary).collect(),
        docs: paths(v.get("docs")),
        dated: paths(v.get("dated")),
        made: path(v.get("made")),
        archives: v.get("archives").list().iter().map(archive).collect(),
        resolved_with: v.get("resolvedWith").texts(),
        build: v.get("build").text().to_string(),
        urgency: v.get("urgency").list().iter().map(urgency).collect(),
        inspect: v.get("look").list().iter().map(look).collect(),
    }
}

/// The codes of some ranges, in order.
fn codes(v: &Value) -> Vec<u8> {
    let ends = |range: &Value| range.list().iter().map(byte).collect::<Vec<u8>>();
    v.list()
        .iter()
        .filter_map(|r| match ends(r)[..] {
            [first, last] => Some(first..=last),
            _ => None,
        })
        .flatten()
        .collect()
}

fn path(v: &Value) -> PathBuf {
    PathBuf::from(v.text())
}

fn paths(v: &Value) -> Vec<PathBuf> {
    v.list().iter().map(path).collect()
}

fn byte(v: &Value) -> u8 {
    u8::try_from(v.number()).unwrap_or(u8::MAX)
}

fn file(v: &Value) -> File {
    File {
        path: path(v.get("path")),
        text: v.get("text").text().to_string(),
    }
}

fn help(v: &Value) -> Help {
    Help {
        text: v.get("text").text().to_string(),
        signs: v.get("signs").texts(),
        programs: v.get("programs").is_true(),
    }
}

fn lookups(v: &Value) -> Option<Lookups> {
    if *v == Value::Null {
        return None;
    }
    Some(Lookups {
        whole: paths(v.get("whole")),
        parts: paths(v.get("parts")),
        last: v.get("final").is_true(),
        forget: v.get("forget").is_true(),
        memory: v.get("memory").texts(),
        files: v.get("files").texts(),
        originals: v.get("originals").texts(),
        below: v.get("below").list().iter().map(Value::texts).collect(),
        listed: v.get("listed").texts(),
        names: v.get("names").texts(),
    })
}

fn link(v: &Value) -> (PathBuf, PathBuf) {
    (path(v.get("path")), path(v.get("to")))
}

fn archive(v: &Value) -> Archive {
    Archive {
        dir: v.get("dir").text().to_string(),
        checksum: v.get("checksum").text().to_string(),
    }
}

fn binary(v: &Value) -> Binary {
    Binary {
        from: path(v.get("from")),
        to: path(v.get("to")),
        commands: v.get("commands").list().iter().map(Value::texts).collect(),
        copy: v.get("copy").is_true(),
        dwp: path(v.get("dwp")),
    }
}

fn urgency(v: &Value) -> (String, u32) {
    (
        v.get("step").text().to_string(),
        u32::try_from(v.get("urgency").number()).unwrap_or(u32::MAX),
    )
}

fn look(v: &Value) -> (String, PathBuf) {
    (v.get("fact").text().to_string(), path(v.get("path")))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A document of a test, whose directories are all in one.
    pub fn document(root: &Path, task: &str) -> Document {
        let names = [
            "source",
            "vendor",
            "target",
            "home",
            "out",
            "built",
            "info",
            "archives",
            "slots",
            "report",
            "originals",
        ];
        let mut dirs: Vec<String> = names
            .iter()
            .map(|n| format!("\"{n}\":\"{}/{n}\"", root.display()))
            .collect();
        dirs.push(format!("\"output\":\"{}/target/output\"", root.display()));
        let text = format!(
            "{{\"dirs\":{{{}}},\"fileTime\":946684800,\"outputTime\":2114380800,\"failedCodes\":[[110,127],[160,254]],\"task\":{task}}}",
            dirs.join(",")
        );
        Document::read(&text).unwrap()
    }

    #[test]
    fn the_same_text_is_the_same_step() {
        let root = Path::new("/x");
        let a = document(root, "{\"do\":\"layer\"}");
        assert_eq!(a.id.len(), 16);
        assert_eq!(a.id, document(root, "{\"do\":\"layer\"}").id);
        assert_ne!(a.id, document(root, "{\"do\":\"source\"}").id);
        assert_eq!(a.dirs.output, Path::new("/x/target/output"));
        assert_eq!(a.failed_codes.len(), 18 + 95);
        assert_eq!(
            (a.failed_codes[0], a.failed_codes[17], a.failed_codes[18]),
            (110, 127, 160)
        );
    }
}
