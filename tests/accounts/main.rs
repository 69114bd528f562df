//! The setup of docs/deployment.md, followed to the letter, with operating
//! system accounts that are created for it and removed afterwards.
//!
//! It requires root and changes the machine for a minute, so it runs only with
//! `LAC_TEST_ACCOUNTS=1` (`.ci/run` sets it).

#![allow(clippy::expect_used)]

mod forged;
mod guests;
mod life;
mod page;
mod reach;
mod world;

use std::io::Write as _;

use world::World;

#[test]
fn the_deployment_guide_works_with_real_accounts() {
    if std::env::var_os("LAC_TEST_ACCOUNTS").is_none() {
        // Not with `eprintln!`, whose output is swallowed when a test passes.
        let _ = std::io::stderr().write_all(
            b"\nLEFT OUT: the desk for a team (tests/accounts): it makes accounts on this machine; \
              run it as root with LAC_TEST_ACCOUNTS=1\n",
        );
        return;
    }
    assert!(
        nix::unistd::getuid().is_root(),
        "LAC_TEST_ACCOUNTS needs root: it makes accounts"
    );
    let mut world = World::new();
    page::install(&mut world);
    page::found(&world);
    world.serve();
    page::fill(&world);
    life::each_has_their_role(&world);
    reach::the_store_is_out_of_reach(&world);
    forged::nothing_says_who_one_is(&world);
    forged::what_others_lay_is_not_trusted(&world);
    reach::files_are_the_callers(&world);
    life::two_at_once(&world);
    guests::who_misbehaves_harms_only_themselves(&world);
    guests::strangers_keep_nobody_out(&world);
    life::every_night(&world);
    life::the_events_say_who(&world);
    life::backup_and_back(&mut world);
    life::whoever_leaves_is_out(&world);
}
