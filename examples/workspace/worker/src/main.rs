fn main() {
    println!("{}", common::line("worker", std::env::args().count() as u64));
}
