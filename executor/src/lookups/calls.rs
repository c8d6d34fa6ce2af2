//! The system calls that look for a path, by architecture. syscalls(2)

/// A system call.
pub struct Kind {
    pub number: u32,
    /// The argument with the directory that a relative path is below, none for that of the
    /// process.
    pub dir: Option<u8>,
    /// The argument with the path.
    pub path: u8,
    /// The argument with the flags.
    pub flags: Option<u8>,
    /// The path may be empty, by a flag.
    pub empty: bool,
    pub way: Way,
}

/// What a call does with what it finds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Open,
    /// Looks at it, through a link unless a flag says otherwise.
    Look,
    /// Looks at a link itself.
    LookAtLink,
}

/// Flags that all architectures share.
pub const EMPTY_PATH: u32 = 0x1000;
pub const SYMLINK_NOFOLLOW: u64 = 0x100;
pub const CREATE: u64 = 0o100;
const TRUNCATE: u64 = 0o1000;
const EXCLUSIVE: u64 = 0o200;
const WRITE: u64 = 0o3;
/// The same on all of these architectures.
const CLOSE_ON_EXEC: u64 = 0o2_000_000;
/// The directory that stands for that of the process.
pub const WORKING_DIR: i32 = -100;

const fn in_dir(number: u32, flags: Option<u8>, empty: bool, way: Way) -> Kind {
    Kind {
        number,
        dir: Some(0),
        path: 1,
        flags,
        empty,
        way,
    }
}

/// A call that makes a link: its first argument is what the link says.
const fn link(number: u32, dir: Option<u8>, path: u8) -> Kind {
    Kind {
        number,
        dir,
        path,
        flags: None,
        empty: false,
        way: Way::LookAtLink,
    }
}

const fn plain(number: u32, flags: Option<u8>, way: Way) -> Kind {
    Kind {
        number,
        dir: None,
        path: 0,
        flags,
        empty: false,
        way,
    }
}

/// How a call says what a file is.
#[derive(Clone, Copy)]
pub struct Saying {
    number: u32,
    /// The argument with the place for the answer.
    pub place: u8,
    /// The size of the answer, in bytes. stat(2), statx(2)
    pub length: usize,
}

const fn saying(number: u32, place: u8, length: usize) -> Saying {
    Saying {
        number,
        place,
        length,
    }
}

#[cfg(target_arch = "x86_64")]
mod table {
    use super::{in_dir, link, plain, saying, Kind, Saying, Way};

    pub const ARCHITECTURE: u32 = 0xc000_003e;
    /// Numbers from here on belong to another set of calls.
    pub const FOREIGN: u32 = 0x4000_0000;
    pub const SECCOMP: i64 = 317;
    pub const OPEN_NOFOLLOW: u64 = 0o400_000;
    pub const SAYING: &[Saying] = &[
        saying(4, 1, 144),
        saying(6, 1, 144),
        saying(262, 2, 144),
        saying(332, 4, 256),
    ];
    pub const STARTS: [u32; 2] = [59, 322];
    pub const ALL: &[Kind] = &[
        plain(2, Some(1), Way::Open),              // open
        plain(4, None, Way::Look),                 // stat
        plain(6, None, Way::LookAtLink),           // lstat
        plain(21, None, Way::Look),                // access
        plain(59, None, Way::Look),                // execve
        plain(76, None, Way::Look),                // truncate
        plain(80, None, Way::Look),                // chdir
        plain(82, None, Way::LookAtLink),          // rename
        plain(83, None, Way::LookAtLink),          // mkdir
        plain(84, None, Way::LookAtLink),          // rmdir
        plain(86, None, Way::LookAtLink),          // link
        plain(87, None, Way::LookAtLink),          // unlink
        link(88, None, 1),                         // symlink
        plain(89, None, Way::LookAtLink),          // readlink
        plain(90, None, Way::Look),                // chmod
        plain(92, None, Way::Look),                // chown
        plain(94, None, Way::LookAtLink),          // lchown
        plain(132, None, Way::Look),               // utime
        plain(133, None, Way::LookAtLink),         // mknod
        plain(235, None, Way::Look),               // utimes
        in_dir(257, Some(2), false, Way::Open),    // openat
        in_dir(258, None, false, Way::LookAtLink), // mkdirat
        in_dir(259, None, false, Way::LookAtLink), // mknodat
        in_dir(260, Some(4), true, Way::Look),     // fchownat
        in_dir(261, None, false, Way::Look),       // futimesat
        in_dir(262, Some(3), true, Way::Look),     // newfstatat
        in_dir(263, None, false, Way::LookAtLink), // unlinkat
        in_dir(264, None, false, Way::LookAtLink), // renameat
        in_dir(265, None, false, Way::LookAtLink), // linkat
        link(266, Some(1), 2),                     // symlinkat
        in_dir(267, None, false, Way::LookAtLink), // readlinkat
        in_dir(268, None, false, Way::Look),       // fchmodat
        in_dir(269, None, false, Way::Look),       // faccessat
        in_dir(280, Some(3), true, Way::Look),     // utimensat
        in_dir(316, None, false, Way::LookAtLink), // renameat2
        in_dir(322, None, false, Way::Look),       // execveat
        in_dir(332, Some(2), true, Way::Look),     // statx
        in_dir(437, None, false, Way::Open),       // openat2
        in_dir(439, Some(3), true, Way::Look),     // faccessat2
        in_dir(452, Some(3), true, Way::Look),     // fchmodat2
    ];
}

/// The numbers that newer architectures share.
#[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
mod table {
    use super::{in_dir, link, plain, saying, Kind, Saying, Way};

    #[cfg(target_arch = "aarch64")]
    pub const ARCHITECTURE: u32 = 0xc000_00b7;
    #[cfg(target_arch = "riscv64")]
    pub const ARCHITECTURE: u32 = 0xc000_00f3;
    pub const FOREIGN: u32 = 0x4000_0000;
    pub const SECCOMP: i64 = 277;
    #[cfg(target_arch = "aarch64")]
    pub const OPEN_NOFOLLOW: u64 = 0o100_000;
    #[cfg(target_arch = "riscv64")]
    pub const OPEN_NOFOLLOW: u64 = 0o400_000;
    pub const SAYING: &[Saying] = &[saying(79, 2, 128), saying(291, 4, 256)];
    pub const STARTS: [u32; 2] = [221, 281];
    pub const ALL: &[Kind] = &[
        in_dir(33, None, false, Way::LookAtLink),  // mknodat
        in_dir(34, None, false, Way::LookAtLink),  // mkdirat
        in_dir(35, None, false, Way::LookAtLink),  // unlinkat
        link(36, Some(1), 2),                      // symlinkat
        in_dir(37, None, false, Way::LookAtLink),  // linkat
        in_dir(38, None, false, Way::LookAtLink),  // renameat
        plain(45, None, Way::Look),                // truncate
        in_dir(48, None, false, Way::Look),        // faccessat
        plain(49, None, Way::Look),                // chdir
        in_dir(53, None, false, Way::Look),        // fchmodat
        in_dir(54, Some(4), true, Way::Look),      // fchownat
        in_dir(56, Some(2), false, Way::Open),     // openat
        in_dir(78, None, false, Way::LookAtLink),  // readlinkat
        in_dir(79, Some(3), true, Way::Look),      // newfstatat
        in_dir(88, Some(3), true, Way::Look),      // utimensat
        plain(221, None, Way::Look),               // execve
        in_dir(276, None, false, Way::LookAtLink), // renameat2
        in_dir(281, None, false, Way::Look),       // execveat
        in_dir(291, Some(2), true, Way::Look),     // statx
        in_dir(437, None, false, Way::Open),       // openat2
        in_dir(439, Some(3), true, Way::Look),     // faccessat2
        in_dir(452, Some(3), true, Way::Look),     // fchmodat2
    ];
}

/// Elsewhere nothing is told of, and the kernel refuses the call.
#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
)))]
mod table {
    use super::{Kind, Saying};

    pub const ARCHITECTURE: u32 = 0;
    pub const FOREIGN: u32 = 0;
    pub const SECCOMP: i64 = -1;
    pub const OPEN_NOFOLLOW: u64 = 0;
    pub const SAYING: &[Saying] = &[];
    pub const STARTS: [u32; 2] = [0, 0];
    pub const ALL: &[Kind] = &[];
}

pub use table::{ALL, ARCHITECTURE, FOREIGN, OPEN_NOFOLLOW};

/// The number of seccomp(2).
pub const SECCOMP: std::ffi::c_long = table::SECCOMP as std::ffi::c_long;

impl Kind {
    /// The call of a number.
    pub fn of(number: i32) -> Option<&'static Kind> {
        ALL.iter()
            .find(|k| i64::from(k.number) == i64::from(number))
    }

    /// Whether the call starts a program.
    pub fn starts(&self) -> bool {
        table::STARTS.contains(&self.number)
    }

    /// How the call says what a file is, if it does.
    pub fn says(&self) -> Option<Saying> {
        let mut all = table::SAYING.iter();
        all.find(|s| s.number == self.number).copied()
    }

    fn flag(&self, arguments: &[u64; 6], bits: u64) -> bool {
        self.flags
            .is_some_and(|at| arguments[usize::from(at)] & bits != 0)
    }

    /// Whether a link at the end of the path is followed.
    pub fn follows(&self, arguments: &[u64; 6]) -> bool {
        match self.way {
            Way::Open => !self.flag(arguments, OPEN_NOFOLLOW),
            Way::Look => !self.flag(arguments, SYMLINK_NOFOLLOW),
            Way::LookAtLink => false,
        }
    }

    /// Whether the call opens a file to read it and nothing else.
    pub fn reads(&self, arguments: &[u64; 6]) -> bool {
        self.way == Way::Open && self.flags.is_some() && !self.flag(arguments, WRITE | CREATE)
    }

    /// Whether what the call opens is closed when another program is started.
    pub fn closes(&self, arguments: &[u64; 6]) -> bool {
        self.flag(arguments, CLOSE_ON_EXEC)
    }

    /// Whether the call makes what is not there, leaves nothing of what is, and succeeds
    /// either way.
    pub fn creates(&self, arguments: &[u64; 6]) -> bool {
        let anew = self.flag(arguments, TRUNCATE) && !self.flag(arguments, EXCLUSIVE);
        self.way == Way::Open && self.flag(arguments, CREATE) && anew
    }
}
