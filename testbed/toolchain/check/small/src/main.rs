//! Links std with LTO and without unwinding.

fn main() {
    println!("hello");
}
