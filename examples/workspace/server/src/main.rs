fn main() {
    println!("{}", common::line("server", 42));
    match std::fs::read_to_string("/assets/greeting.txt") {
        Ok(text) => print!("{text}"),
        Err(err) => eprintln!("no greeting: {err}"),
    }
}
