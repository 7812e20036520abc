//! Asks the linker to pack what is put right at every start, where the system can unpack it.
//!
//! Some eighty thousand pointers in constant tables depend on where the program is loaded. Written out one by one
//! they are 2 MB that each start reads and that then stay in memory; packed (`DT_RELR`) they are 30 kB. glibc unpacks
//! since 2.36, and what was built so does not start with an earlier one; a linker that does not know the option passes
//! over it.

use std::env;
use std::process::Command;

/// The first glibc that unpacks.
const SINCE: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // Built for another machine, nothing is known of the system that it will run on.
    let for_here = env::var_os("HOST") == env::var_os("TARGET");
    let may = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && for_here;
    if may && glibc().is_some_and(|version| version >= SINCE) {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of this system's glibc.
fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
