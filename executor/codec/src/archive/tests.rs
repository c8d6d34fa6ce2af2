use super::*;
use crate::inflate;

const FILE: u8 = b'0';

/// An archive in the making.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn entry(mut self, kind: u8, path: &str, data: &[u8]) -> Self {
        let mut header = [0; BLOCK];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        self.0.extend_from_slice(&header);
        self.sum();
        self.0.extend_from_slice(data);
        self.0.resize(self.0.len().next_multiple_of(BLOCK), 0);
        self
    }

    /// Sets the checksum of the last header, after which nothing follows.
    fn sum(&mut self) {
        let start = self.0.len() - BLOCK;
        let header = &mut self.0[start..];
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 2 * BLOCK]);
        self.0
    }
}

fn one(path: &str) -> Vec<u8> {
    Tar::default().entry(FILE, path, b"data").end()
}

/// A directory that goes away.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("archive-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.0.join(path)).ok()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What was seen in the archive, of which nothing is wanted.
fn list(archive: impl Read) -> io::Result<Vec<(String, u64)>> {
    let mut list = Vec::new();
    let seen = &mut |path: &str, size| list.push((path.to_string(), size));
    unpack(archive, Path::new("/nowhere"), &|_| false, seen)?;
    Ok(list)
}

fn refused(archive: &[u8]) {
    assert_eq!(list(archive).unwrap_err().kind(), ErrorKind::InvalidData);
}

#[test]
fn long_names_of_each_format_are_read() {
    use std::os::unix::fs::PermissionsExt;
    let part = "long-name-".repeat(9);
    let long = format!("p-1.0.0/src/{part}/{part}end.rs");
    let archives: [(&str, &[u8]); 3] = [
        ("gnu", include_bytes!("../../testdata/names-gnu.tar.gz")),
        ("pax", include_bytes!("../../testdata/names-pax.tar.gz")),
        ("ustar", include_bytes!("../../testdata/names-ustar.tar.gz")),
    ];
    for (name, archive) in archives {
        let into = Scratch::new(name);
        let mut seen = Vec::new();
        unpack(
            inflate::gzip(archive),
            &into.0,
            &|_| true,
            &mut |path, size| {
                seen.push((path.to_string(), size));
            },
        )
        .unwrap();
        let files = [("p-1.0.0/run", 10), ("p-1.0.0/src/lib.rs", 6), (&long, 17)];
        assert_eq!(seen, files.map(|(path, size)| (path.to_string(), size)));
        assert_eq!(into.read("p-1.0.0/src/lib.rs").unwrap(), "short\n");
        assert_eq!(into.read(&long).unwrap(), "pub fn long() {}\n");
        let mode = |path| {
            fs::metadata(into.0.join(path))
                .unwrap()
                .permissions()
                .mode()
        };
        assert_eq!(mode("p-1.0.0/run") & 0o100, 0o100);
        assert_eq!(mode("p-1.0.0/src/lib.rs") & 0o111, 0);
        // Links are ignored.
        assert!(fs::symlink_metadata(into.0.join("p-1.0.0/src/link.rs")).is_err());
    }
}

#[test]
fn what_is_not_wanted_is_seen_but_not_written() {
    let large = vec![b'x'; 3 * BUFFER + 100];
    let archive = Tar::default()
        .entry(FILE, "./p/large", &large)
        .entry(b'5', "p/empty/", b"")
        .entry(FILE, "p/also-large", &large)
        .entry(0, "p/a/b", b"wanted")
        .entry(b'g', "global", b"19 path=elsewhere\n\n")
        .entry(FILE, "p/none", b"");
    let into = Scratch::new("unwanted");
    let mut seen = Vec::new();
    let wanted = |path: &str| path != "p/large";
    unpack(&archive.end()[..], &into.0, &wanted, &mut |path, _| {
        seen.push(path.to_string())
    })
    .unwrap();
    assert_eq!(seen, ["p/large", "p/also-large", "p/a/b", "p/none"]);
    assert_eq!(into.read("p/large"), None);
    assert_eq!(into.read("p/also-large").unwrap().as_bytes(), large);
    assert_eq!(into.read("p/a/b").unwrap(), "wanted");
    assert_eq!(into.read("p/none").unwrap(), "");
    assert!(!into.0.join("p/empty").exists());
}

#[test]
fn paths_that_lead_out_are_refused() {
    for path in [
        "/etc/passwd",
        "..",
        "p/../../x",
        "./../x",
        "p/..",
        ".//x",
        "",
        ".",
        "./.",
    ] {
        refused(&one(path));
    }
    let pax = Tar::default()
        .entry(b'x', "x", b"13 path=../x\n")
        .entry(FILE, "p", b"");
    refused(&pax.end());
    let pax = Tar::default()
        .entry(b'x', "x", b"12 path=a\0b\n")
        .entry(FILE, "p", b"");
    refused(&pax.end());
    let long = Tar::default()
        .entry(b'L', "x", b"/x\0")
        .entry(FILE, "p", b"");
    refused(&long.end());
    assert_eq!(
        list(&one("p/..x/.y")[..]).unwrap(),
        [("p/..x/.y".to_string(), 4)]
    );
}

#[test]
fn the_records_of_an_entry_are_for_it_only() {
    // The size in the header is not the one that counts.
    let mut archive = Tar::default().entry(b'x', "x", b"10 size=3\n12 path=p/q\n");
    archive = archive.entry(FILE, "p", b"");
    archive.0.extend_from_slice(b"abc");
    archive.0.resize(archive.0.len().next_multiple_of(BLOCK), 0);
    let archive = archive.entry(FILE, "r", b"more").end();
    let expected = [("p/q".to_string(), 3), ("r".to_string(), 4)];
    assert_eq!(list(&archive[..]).unwrap(), expected);
}

#[test]
fn malformed_headers_are_refused() {
    let mut archive = one("p");
    archive[0] = b'q';
    refused(&archive);
    for record in [
        "",
        "99 path=p\n",
        "0 path=p\n",
        "9 path=pp",
        "8 pathp\n",
        "11 size=-1\n",
    ] {
        let record = format!("{record} ");
        let pax = Tar::default().entry(b'x', "x", record.as_bytes());
        refused(&pax.entry(FILE, "p", b"").end());
    }
    refused(&Tar::default().entry(b'S', "sparse", b"").end());
    refused(
        &Tar::default()
            .entry(b'L', "x", &vec![b'x'; RECORDS as usize + 1])
            .end(),
    );
    let mut header = Tar::default().entry(FILE, "p", b"");
    header.0[124..136].fill(0xff);
    header.sum();
    refused(&header.0);
}

#[test]
fn large_numbers_may_be_binary() {
    assert_eq!(number(b"\x80\0\0\x01\0\0\0\x02").unwrap(), 0x1_0000_0002);
    assert_eq!(number(b" 0000644").unwrap(), 0o644);
    assert_eq!(number(b"644 \0xyz").unwrap(), 0o644);
    assert_eq!(number(b"\0\0\0\0").unwrap(), 0);
    number(b"12a45678").unwrap_err();
}

#[test]
fn an_archive_may_end_without_its_zeros_but_not_within_a_block() {
    let archive = Tar::default()
        .entry(FILE, "a", b"data")
        .entry(b'L', "x", b"long\0");
    let archive = archive.entry(FILE, "b", b"").0;
    for size in 0..archive.len() {
        let listed = list(&archive[..size]).map(|list| list.len());
        match size {
            0 => assert_eq!(listed.unwrap(), 0),
            1024 => assert_eq!(listed.unwrap(), 1),
            _ => assert_eq!(listed.unwrap_err().kind(), ErrorKind::UnexpectedEof),
        }
    }
    assert_eq!(list(&archive[..]).unwrap().len(), 2);
}

#[test]
fn an_error_after_the_last_entry_is_noticed_too() {
    /// As a gzip stream does, at a wrong checksum.
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(ErrorKind::InvalidData.into())
        }
    }
    let mut archive = one("p");
    archive.resize(BUFFER, 0);
    let error = list(archive.as_slice().chain(Broken)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let archive = include_bytes!("../../testdata/names-gnu.tar.gz");
    for size in 0..archive.len() {
        list(inflate::gzip(&archive[..size])).unwrap_err();
    }
}
