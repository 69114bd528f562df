//! The setup of docs/deployment.md, followed to the letter, with operating
//! system accounts that are created for it and removed afterwards.
//!
//! It requires root and changes the machine for a minute, so it runs only with
//! `LAC_TEST_ACCOUNTS=1` (`.ci/run` sets it).

#![allow(clippy::expect_used)]

mod identity;
mod life;
mod load;
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
            b"\nSKIPPED: the deployment guide (tests/accounts) creates accounts on this machine; \
              run it as root with LAC_TEST_ACCOUNTS=1\n",
        );
        return;
    }
    assert!(
        nix::unistd::getuid().is_root(),
        "LAC_TEST_ACCOUNTS requires root: it creates accounts"
    );
    let mut world = World::new();
    page::install(&mut world);
    page::create_store(&world);
    world.serve();
    page::fill_store(&world);
    life::each_account_has_its_role(&world);
    reach::the_store_is_out_of_reach(&world);
    identity::only_the_kernel_and_tokens_identify_callers(&world);
    identity::planted_files_are_not_trusted(&world);
    reach::files_are_opened_as_the_caller(&world);
    life::two_agents_work_at_once(&world);
    load::misbehaving_clients_harm_only_themselves(&world);
    load::unmapped_accounts_block_nobody(&world);
    life::the_nightly_jobs_run(&world);
    life::events_name_the_account(&world);
    life::backup_and_restore_work(&mut world);
    life::a_disabled_user_loses_access(&world);
}
