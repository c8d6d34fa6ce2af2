//! Unwinds through std, which needs an unwinder that works with musl.

fn main() {
    let caught = std::panic::catch_unwind(|| panic!("{}", env!("GREETING")));
    assert!(caught.is_err());
    std::thread::spawn(|| println!("{}", env!("GREETING"))).join().unwrap();
}
