//! The `lac` binary.

fn main() -> std::process::ExitCode {
    login_as_customer::main()
}
