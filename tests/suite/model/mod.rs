//! Whatever happens in any order, the program allows no login that a simple
//! model of the documentation refuses, and ends sessions when the model does.

mod changes;
mod drive;
#[allow(clippy::module_inception)]
mod model;
mod shop;
mod steps;

use std::cell::Cell;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use drive::{Counts, Driver};
use shop::Template;
use steps::{Step, sequence};

/// Takes the steps one after another; a difference lists all steps up to it.
fn follow(template: &Template, steps: &[Step]) -> Result<Counts, TestCaseError> {
    let mut driver = Driver::new(template);
    for (at, step) in steps.iter().enumerate() {
        driver.take(step).map_err(|what| {
            let taken_steps: Vec<String> = steps[..=at].iter().map(|s| format!("{s:?}")).collect();
            TestCaseError::fail(format!("{what}\nafter\n  {}", taken_steps.join("\n  ")))
        })?;
    }
    driver.verify().map_err(TestCaseError::fail)?;
    Ok(driver.counts)
}

#[test]
fn the_program_allows_no_login_that_the_model_refuses() {
    let template = Template::new();
    let sum = Cell::new(Counts::default());
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::with_cases(80)
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let followed = TestRunner::new_with_rng(config, rng).run(&sequence(), |steps| {
        let counts = follow(&template, &steps)?;
        sum.set(sum.get().plus(counts));
        Ok(())
    });
    if let Err(failure) = followed {
        panic!("{failure}");
    }
    // A model and a program that refuse everything would agree as well.
    let sum = sum.get();
    let counts = [sum.logins, sum.no_logins, sum.visits, sum.no_visits];
    assert!(counts.iter().all(|count| *count > 60), "{sum:?}");
    assert!(sum.approvals_used > 5, "{sum:?}");
}
