//! The support case: a customer calls, consent is missing, is granted and used
//! once, and all of it is logged. Each step runs the same use case as the
//! command it shows.

use std::io;

use serde::Serialize;

use super::accounts::{self, DemoAccounts};
use crate::cli::error::{Explanation, explain};
use crate::cli::hint::HintReader;
use crate::cli::out::{Out, stdout_error};
use crate::cli::runner::Cli;
use crate::cli::system::os_account;
use lac_app::access::init::InitStore;
use lac_app::core::confirm::Confirmation;
use lac_app::log::LogList;
use lac_app::login::{CustomerSelector, LoginRedeem, LoginRequest, LoginStart, LoginStarted};
use lac_app::shop::import::{Import, ImportKind, ImportOptions, ImportProgress};
use lac_app::shop::{config, consent};
use lac_app::{Context, log};
use lac_model::audit::EventView;
use lac_model::audit::{Filter, FilterValues};
use lac_model::bounded::{BoundedList, ShortText};
use lac_model::document::DocumentKind;
use lac_model::fault::Fault;
use lac_model::notice::EnabledHooks;
use lac_model::scope::ConfigScope;
use lac_render::OutputFormat;
use lac_render::event::NARROW;
use lac_render::list;
use lac_render::sanitize::sanitize;
use lac_store::Result;

/// The merchant's files, in the formats of the REST API.
const FILES: [(ImportKind, &str); 7] = [
    (ImportKind::Websites, include_str!("data/websites.json")),
    (
        ImportKind::StoreGroups,
        include_str!("data/store-groups.json"),
    ),
    (
        ImportKind::StoreViews,
        include_str!("data/store-views.json"),
    ),
    (
        ImportKind::StoreConfigs,
        include_str!("data/store-configs.json"),
    ),
    (ImportKind::Customers, include_str!("data/customers.json")),
    (ImportKind::Orders, include_str!("data/orders.json")),
    (ImportKind::Invoices, include_str!("data/invoices.json")),
];

const ORDER: &str = "000000018";
const AUDIENCE: &str = "https://garden.example";

/// The result as JSON.
#[derive(Debug, Serialize)]
pub(super) struct DemoReport {
    pub store: String,
    pub steps: Vec<DemoStep>,
}

#[derive(Debug, Serialize)]
pub(super) struct DemoStep {
    /// Who acts: `admin`, `agent`, `storefront` or `auditor`.
    pub who: &'static str,
    /// The command that runs the same use case.
    pub command: String,
    /// The error code, if it was refused.
    pub refused: Option<Explanation>,
}

struct Scenario<'s> {
    cli: &'s Cli,
    steps: Vec<DemoStep>,
}

pub(super) fn run(cli: &Cli) -> Result<DemoReport> {
    let mut telling = Scenario {
        cli,
        steps: Vec::new(),
    };
    let dir = cli.settings.store.clone();
    telling.print_heading("A new store with two websites, customers and orders")?;
    let context = telling.create_store()?;
    for (kind, text) in FILES {
        telling.import(&context, kind, text)?;
    }
    telling.enable_feature(&context)?;
    telling.print_heading("Three admin users (admin is you, agent, auditor) and a storefront")?;
    let cast = accounts::create_accounts(&context, &dir)?;
    telling
        .print_line("  roles Administrators, Support and Auditors, each with only what it needs")?;
    telling.run_support_case(&context, &cast)?;
    telling.run_audit(&context, &cast)?;
    telling.print_next_steps()?;
    Ok(DemoReport {
        store: dir.display().to_string(),
        steps: telling.steps,
    })
}

impl<'s> Scenario<'s> {
    fn create_store(&mut self) -> Result<Context<'s>> {
        let context = self.cli.context_for_new_store()?;
        let founded = InitStore {
            admin: "admin".to_owned(),
            full_name: Some("Alex Admin".to_owned()),
            os_account: os_account(),
            name: Some("demo.example".to_owned()),
        }
        .run(&context)?;
        self.record_step("admin", "lac init --admin admin --name demo.example", None)?;
        self.print_line(&format!("  {} has the keys and the log", founded.name))?;
        Ok(context)
    }

    fn import(&mut self, context: &Context<'_>, kind: ImportKind, text: &str) -> Result<()> {
        let file = format!("{}.json", kind.as_str());
        let command = format!("lac import {} {file}", kind.as_str());
        let request = Import {
            kind,
            file: file.try_into()?,
            options: ImportOptions::default(),
        };
        let imported = request.run(context, &mut text.as_bytes(), &NoProgress)?;
        self.record_step("admin", &command, None)?;
        self.print_line(&format!(
            "  {} read, {} new",
            imported.read, imported.created
        ))
    }

    fn enable_feature(&mut self, context: &Context<'_>) -> Result<()> {
        let path = lac_model::config::ENABLED.to_owned();
        let set = config::ConfigSet {
            path: path.try_into()?,
            value: "yes".parse()?,
            scope: ConfigScope::Default,
            confirmation: Confirmation::default(),
        };
        let changed = set.run(context)?;
        self.record_step(
            "admin",
            &format!("lac config set {} yes", changed.path),
            None,
        )
    }

    fn run_support_case(&mut self, context: &Context<'_>, cast: &DemoAccounts) -> Result<()> {
        let agent = Context {
            caller: &cast.agent,
            hooks: EnabledHooks::default(),
            ..*context
        };
        let storefront = Context {
            caller: &cast.storefront,
            hooks: EnabledHooks::default(),
            ..*context
        };
        let ticket = "ZD-4711";
        let command = format!("lac login --order {ORDER} --ticket {ticket}");

        self.print_heading(
            "Tom Reed calls about an order. He has not allowed assistance: refused",
        )?;
        let refused = login_use_case(ticket)?.run(&agent);
        self.expect_refusal("agent", &command, refused.map(|_| ()))?;

        self.print_heading("Tom agrees on the phone, and his consent is recorded")?;
        consent::ConsentChange {
            granted: true,
            customers: BoundedList::parse("CUSTOMER", ["tom.reed@mail.example"], ShortText::new)?,
            website: None,
            reason: Some("agreed on the phone".parse()?),
            limit: None,
        }
        .run(context)?;
        let grant = "lac consent grant tom.reed@mail.example --reason 'agreed on the phone'";
        self.record_step("admin", grant, None)?;

        self.print_heading(
            "Now the agent gets a login URL: signed, for one storefront, 60 seconds",
        )?;
        let started = login_use_case(ticket)?.run(&agent)?;
        self.record_step("agent", &command, None)?;
        self.print_url(&started)?;

        self.print_heading("The storefront redeems it: Tom's session opens, once")?;
        let redeem = LoginRedeem {
            token: started.url.clone().try_into()?,
            audience: AUDIENCE.parse()?,
            client_ip: None,
            user_agent: None,
        };
        let command = format!("lac redeem - --audience {AUDIENCE} < url.txt");
        let redeemed = redeem.clone().run(&storefront)?;
        self.record_step("storefront", &command, None)?;
        self.print_line(&format!(
            "  {} is {} on {} until {}",
            sanitize(&redeemed.admin),
            sanitize(&redeemed.customer.name),
            sanitize(&redeemed.website),
            redeemed.ends_at.format_in(self.cli.style().zone),
        ))?;

        self.print_heading("The same link is used again: refused")?;
        let again = redeem.run(&storefront);
        self.expect_refusal("storefront", &command, again.map(|_| ()))
    }

    /// What the auditor sees.
    fn run_audit(&mut self, context: &Context<'_>, cast: &DemoAccounts) -> Result<()> {
        let auditor = Context {
            caller: &cast.auditor,
            ..*context
        };
        self.print_heading("The auditor reads the log, refusals included")?;
        let mut events: Vec<EventView> = Vec::new();
        let filter = Filter {
            action_group: FilterValues::any_of(["login_as_customer", "consent"])?,
            customer: FilterValues::any_of(["2"])?,
            ..Filter::default()
        };
        LogList {
            filter,
            ..LogList::default()
        }
        .run(&auditor, &mut |event| {
            events.push(lac_ledger::event_log::event_view(event)?);
            Ok(())
        })?;
        let command = "lac log list --customer 2 --action-group login_as_customer,consent";
        self.record_step("auditor", command, None)?;
        self.print_events(&events)?;
        self.print_heading(
            "… and keeps a checkpoint, which later proves that no earlier event was changed",
        )?;
        let receipt = log::LogCheckpoint::default().run(&auditor)?;
        self.record_step("auditor", "lac log checkpoint", None)?;
        for line in receipt.note.lines() {
            self.print_line(&format!("  {line}"))?;
        }
        Ok(())
    }

    fn print_next_steps(&mut self) -> Result<()> {
        let dir = self.cli.settings.store.display().to_string();
        let dir = sanitize(&dir);
        self.print_heading("The store is yours to try more")?;
        for line in [
            format!("export LAC_STORE='{dir}'"),
            "lac login                       # search for a customer and log in".to_owned(),
            "lac login --invoice 000000011 --check".to_owned(),
            format!("lac --token-file '{dir}/agent.token' whoami"),
            format!("lac --token-file '{dir}/auditor.token' log list"),
            "lac doctor".to_owned(),
            format!("rm -r '{dir}'          # when you are done"),
        ] {
            self.print_line(&format!("  {line}"))?;
        }
        Ok(())
    }

    fn expect_refusal(
        &mut self,
        who: &'static str,
        command: &str,
        ended: Result<()>,
    ) -> Result<()> {
        match ended {
            Err(fault) if fault.is_recorded() => self.record_step(who, command, Some(&fault)),
            Err(other) => Err(other),
            Ok(()) => Err(Fault::internal(
                "the demo expected a refusal, but the command succeeded",
            )),
        }
    }

    fn print_url(&self, started: &LoginStarted) -> Result<()> {
        self.print_line(&format!("  {}", started.url))?;
        let style = self.cli.style();
        let until = started.expires_at.format_in(style.zone);
        self.print_line(&format!(
            "  as {} until {until}",
            sanitize(&started.customer.name)
        ))
    }

    fn print_events(&self, events: &[EventView]) -> Result<()> {
        if self.cli.out.format.is_json() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        let mut table = list::List::new(&mut stdout, NARROW, OutputFormat::Table, self.cli.style());
        for event in events {
            table.push(event).map_err(stdout_error)?;
        }
        table.finish().map_err(stdout_error)?;
        Ok(())
    }

    fn record_step(
        &mut self,
        who: &'static str,
        command: &str,
        refused: Option<&Fault>,
    ) -> Result<()> {
        let (dim, bold, red, reset) = self.styles();
        self.print_line(&format!("{dim}{who}${reset} {bold}{command}{reset}"))?;
        let refused = refused.map(|fault| explain(fault, HintReader::unknown));
        if let Some(refused) = &refused {
            let code = &refused.code;
            self.print_line(&format!(
                "  {red}refused:{reset} {} [{code}]",
                sanitize(&refused.message)
            ))?;
            if let Some(hint) = &refused.hint {
                self.print_line(&format!("  {dim}hint: {}{reset}", sanitize(hint)))?;
            }
        }
        self.steps.push(DemoStep {
            who,
            command: command.to_owned(),
            refused,
        });
        Ok(())
    }

    fn print_heading(&self, text: &str) -> Result<()> {
        let (_, bold, _, reset) = self.styles();
        self.print_line("")?;
        self.print_line(&format!("{bold}── {text}{reset}"))
    }

    fn styles(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        if self.cli.out.color {
            ("\u{1b}[2m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[0m")
        } else {
            ("", "", "", "")
        }
    }

    /// Prints a line for people; JSON is printed at the end.
    fn print_line(&self, text: &str) -> Result<()> {
        if self.cli.out.format.is_json() {
            Ok(())
        } else {
            Out::print_line(text)
        }
    }
}

fn login_use_case(ticket: &str) -> Result<LoginStart> {
    let request = LoginRequest {
        whom: CustomerSelector::Document {
            kind: DocumentKind::Order,
            number: ORDER.parse()?,
        },
        website: None,
        store_view: None,
        reason: None,
        ticket: Some(ticket.parse().map_err(Fault::internal)?),
        replace: true,
        override_consent: false,
        read_only: None,
    };
    Ok(LoginStart { request, ttl: None })
}

struct NoProgress;

impl ImportProgress for NoProgress {
    fn bytes_read(&self, _bytes: u64) {}
    fn items_written(&self, _items: u64, _total: u64) {}
}
