//! Prints the window's TypeScript contract.

fn main() {
    print!("{}", leftfold_session::contract::typescript());
}
