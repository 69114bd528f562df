//! Open sessions: one agent each, with a login URL that is still to be redeemed.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use lac_app::access::roles::RoleApply;
use lac_app::core::confirm::Confirmation;
use lac_app::login::{CustomerSelector, LoginRequest, LoginStart};
use lac_app::shop::config::ConfigSet;
use lac_app::{Caller, Context, Credential};
use lac_model::config::EXPIRATION_TIME;
use lac_model::fault::Fault;
use lac_model::scope::ConfigScope;

use super::customers::GeneratedCustomers;
use super::sources::WallClock;

/// Admin users in one file: the most that `role apply` takes.
const USERS_PER_FILE: u64 = 10_000;

/// The agents' role, which may log in and nothing else.
const ROLE: &str = "Support";

/// Creates `count` agents, logs each of them in as a customer who allows
/// it, and writes the tokens into a file, one in a line. They are valid
/// for 600 seconds, which is the most.
pub(crate) fn open_sessions(
    context: &Context<'_>,
    count: u64,
    people: &GeneratedCustomers,
    tokens: &Path,
) -> Result<(), Fault> {
    let context = Context {
        clock: &WallClock,
        ..*context
    };
    ConfigSet {
        path: EXPIRATION_TIME.parse()?,
        value: "600".parse()?,
        scope: ConfigScope::Default,
        confirmation: Confirmation::default(),
    }
    .run(&context)?;
    for first in (0..count).step_by(usize::try_from(USERS_PER_FILE).unwrap_or(1)) {
        let numbers = first..(first + USERS_PER_FILE).min(count);
        let mut file = String::from("format = \"lac-roles/1\"\n\n");
        for account in numbers.map(account) {
            let _ = write!(
                file,
                "[[user]]\nname = \"{account}\"\nrole = \"{ROLE}\"\nos_account = \"{account}\"\n\n"
            );
        }
        RoleApply {
            text: file.parse()?,
            prune: false,
            dry_run: false,
            confirmed: true,
            confirmation: Confirmation::default(),
        }
        .run(&context)?;
    }
    let io = |e| Fault::io(tokens.display(), e);
    let mut file = BufWriter::new(std::fs::File::create(tokens).map_err(io)?);
    let customers: Vec<u64> = people.ids_for_login().collect();
    for (number, customer) in (0..count).zip(customers.iter().cycle()) {
        let account = account(number);
        let caller = Caller {
            credential: Credential::OsAccount(account.clone()),
            os_account: Some(account),
            login_uid: None,
            ip_address: None,
        };
        let context = Context {
            caller: &caller,
            ..context
        };
        let started = start(&context, *customer)?;
        let token = started.split_once("secret=").map_or("", |(_, token)| token);
        writeln!(file, "{token}").map_err(io)?;
    }
    file.flush().map_err(io)
}

/// The agent's operating-system account, which need not exist.
fn account(number: u64) -> String {
    format!("agent-{number:05}")
}

fn start(context: &Context<'_>, customer: u64) -> Result<String, Fault> {
    let login = LoginStart {
        request: LoginRequest {
            whom: CustomerSelector::Customer(customer.to_string().parse()?),
            website: None,
            store_view: None,
            reason: None,
            ticket: None,
            replace: true,
            override_consent: false,
            read_only: None,
        },
        ttl: None,
    };
    Ok(login.run(context)?.url)
}
