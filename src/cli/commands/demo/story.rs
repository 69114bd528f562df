//! The story: a shopper calls, consent is missing, is given, is used once, and
//! all of it is on record. Every step is the use case that the command would
//! run; only the telling is the demo's own.

use std::io;

use serde::Serialize;

use super::people::{self, Cast};
use crate::cli::ambient::os_account;
use crate::cli::error::{Explained, explain};
use crate::cli::hint::Reader;
use crate::cli::out::{Out, write_failed};
use crate::cli::shop::Shop;
use lac_app::confirm::Confirmation;
use lac_app::founding::Found;
use lac_app::import::{Import, Kind, Watch, Wishes};
use lac_app::log::List;
use lac_app::login::{Login, Redeem, Started, Whom, Wish};
use lac_app::{Desk, config, consent, log};
use lac_model::audit::EventView;
use lac_model::audit::{Filter, Wanted};
use lac_model::document::DocumentKind;
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, ShortText};
use lac_model::notice::Hooks;
use lac_model::scope::ConfigScope;
use lac_render::Format;
use lac_render::event::NARROW;
use lac_render::list;
use lac_render::safe::safe;
use lac_store::Result;

/// The merchant's files, of the shapes that the REST API answers with.
const FILES: [(Kind, &str); 7] = [
    (Kind::Websites, include_str!("data/websites.json")),
    (Kind::StoreGroups, include_str!("data/store-groups.json")),
    (Kind::StoreViews, include_str!("data/store-views.json")),
    (Kind::StoreConfigs, include_str!("data/store-configs.json")),
    (Kind::Customers, include_str!("data/customers.json")),
    (Kind::Orders, include_str!("data/orders.json")),
    (Kind::Invoices, include_str!("data/invoices.json")),
];

const ORDER: &str = "000000018";
const AUDIENCE: &str = "https://garden.example";

/// What happened, for programs.
#[derive(Debug, Serialize)]
pub struct Told {
    pub store: String,
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct Step {
    /// Who acts: `admin`, `agent`, `storefront` or `auditor`.
    pub who: &'static str,
    /// The command that does the same.
    pub command: String,
    /// How it was refused, where it was.
    pub refused: Option<Explained>,
}

struct Telling<'s> {
    shop: &'s Shop,
    steps: Vec<Step>,
}

/// Tells the whole story.
pub fn tell(shop: &Shop) -> Result<Told> {
    let mut telling = Telling {
        shop,
        steps: Vec::new(),
    };
    let dir = shop.settings.store.clone();
    telling.heading("A store of its own, with two websites, shoppers and orders")?;
    let desk = telling.found()?;
    for (kind, text) in FILES {
        telling.import(&desk, kind, text)?;
    }
    telling.switch_on(&desk)?;
    telling.heading("Three admin users: admin (you), agent, auditor; and a storefront")?;
    let cast = people::hire(&desk, &dir)?;
    telling.line("  roles Administrators, Support and Auditors; each knows only what it needs")?;
    telling.case(&desk, &cast)?;
    telling.record(&desk, &cast)?;
    telling.play_on()?;
    Ok(Told {
        store: dir.display().to_string(),
        steps: telling.steps,
    })
}

impl<'s> Telling<'s> {
    fn found(&mut self) -> Result<Desk<'s>> {
        let desk = self.shop.founding_desk()?;
        let founded = Found {
            admin: "admin".to_owned(),
            full_name: Some("Alex Admin".to_owned()),
            os_account: os_account(),
            name: Some("demo.example".to_owned()),
        }
        .run(&desk)?;
        self.step("admin", "lac init --admin admin --name demo.example", None)?;
        self.line(&format!("  {} keeps the keys and the log", founded.name))?;
        Ok(desk)
    }

    fn import(&mut self, desk: &Desk<'_>, kind: Kind, text: &str) -> Result<()> {
        let file = format!("{}.json", kind.as_str());
        let command = format!("lac import {} {file}", kind.as_str());
        let request = Import {
            kind,
            file: file.try_into()?,
            wishes: Wishes::default(),
        };
        let imported = request.run(desk, &mut text.as_bytes(), &Unwatched)?;
        self.step("admin", &command, None)?;
        self.line(&format!(
            "  {} read, {} new",
            imported.read, imported.created
        ))
    }

    fn switch_on(&mut self, desk: &Desk<'_>) -> Result<()> {
        let path = lac_model::config::ENABLED.to_owned();
        let set = config::Set {
            path: path.try_into()?,
            value: "yes".parse()?,
            scope: ConfigScope::Default,
            confirmation: Confirmation::default(),
        };
        let changed = set.run(desk)?;
        self.step(
            "admin",
            &format!("lac config set {} yes", changed.path),
            None,
        )
    }

    /// The support case itself.
    fn case(&mut self, desk: &Desk<'_>, cast: &Cast) -> Result<()> {
        let agent = Desk {
            caller: &cast.agent,
            hooks: Hooks::default(),
            ..*desk
        };
        let storefront = Desk {
            caller: &cast.storefront,
            hooks: Hooks::default(),
            ..*desk
        };
        let ticket = "ZD-4711";
        let command = format!("lac login --order {ORDER} --ticket {ticket}");

        self.heading("Tom Reed calls about an order. He has not allowed assistance: refused")?;
        let refused = login(ticket)?.run(&agent);
        self.must_refuse("agent", &command, refused.map(|_| ()))?;

        self.heading("Tom agrees on the phone, and the yes is put on record")?;
        consent::Change {
            granted: true,
            customers: BoundedList::read("CUSTOMER", ["tom.reed@mail.example"], ShortText::new)?,
            website: None,
            reason: Some("agreed on the phone".parse()?),
            limit: None,
        }
        .run(desk)?;
        let grant = "lac consent grant tom.reed@mail.example --reason 'agreed on the phone'";
        self.step("admin", grant, None)?;

        self.heading("Now the agent gets a login URL: signed, for one storefront, 60 seconds")?;
        let started = login(ticket)?.run(&agent)?;
        self.step("agent", &command, None)?;
        self.url(&started)?;

        self.heading("The storefront redeems it: Tom's session opens, once")?;
        let redeem = Redeem {
            token: started.url.clone().try_into()?,
            audience: AUDIENCE.parse()?,
        };
        let command = format!("lac redeem - --audience {AUDIENCE} < url.txt");
        let redeemed = redeem.clone().run(&storefront)?;
        self.step("storefront", &command, None)?;
        self.line(&format!(
            "  {} is {} on {} until {}",
            safe(&redeemed.admin),
            safe(&redeemed.customer.name),
            safe(&redeemed.website),
            redeemed.ends_at.format_in(self.shop.look().zone),
        ))?;

        self.heading("Somebody tries the same link again: refused")?;
        let again = redeem.run(&storefront);
        self.must_refuse("storefront", &command, again.map(|_| ()))
    }

    /// What the auditor sees.
    fn record(&mut self, desk: &Desk<'_>, cast: &Cast) -> Result<()> {
        let auditor = Desk {
            caller: &cast.auditor,
            ..*desk
        };
        self.heading("The auditor reads it all, refusals included")?;
        let mut events: Vec<EventView> = Vec::new();
        let filter = Filter {
            action_group: Wanted::any(["login_as_customer", "consent"])?,
            customer: Wanted::any(["2"])?,
            ..Filter::default()
        };
        List {
            filter,
            ..List::default()
        }
        .run(&auditor, &mut |event| {
            events.push(lac_ledger::log::view_of(event)?);
            Ok(())
        })?;
        let command = "lac log list --customer 2 --action-group login_as_customer,consent";
        self.step("auditor", command, None)?;
        self.table(&events)?;
        self.heading("… and keeps a receipt: later it proves that nothing before it was changed")?;
        let receipt = log::Newest::default().run(&auditor)?;
        self.step("auditor", "lac log checkpoint", None)?;
        for line in receipt.note.lines() {
            self.line(&format!("  {line}"))?;
        }
        Ok(())
    }

    fn play_on(&mut self) -> Result<()> {
        let dir = self.shop.settings.store.display().to_string();
        let dir = safe(&dir);
        self.heading("The store is yours to play with")?;
        for line in [
            format!("export LAC_STORE='{dir}'"),
            "lac login                       # search for a shopper, pick, log in".to_owned(),
            "lac login --invoice 000000011 --check".to_owned(),
            format!("lac --token-file '{dir}/agent.token' whoami"),
            format!("lac --token-file '{dir}/auditor.token' log list"),
            "lac doctor".to_owned(),
            format!("rm -r '{dir}'          # when you are done"),
        ] {
            self.line(&format!("  {line}"))?;
        }
        Ok(())
    }

    fn must_refuse(&mut self, who: &'static str, command: &str, ended: Result<()>) -> Result<()> {
        match ended {
            Err(fault) if fault.is_recorded() => self.step(who, command, Some(&fault)),
            Err(other) => Err(other),
            Ok(()) => Err(Fault::internal(
                "the demo was let in where it should be refused",
            )),
        }
    }

    fn url(&self, started: &Started) -> Result<()> {
        self.line(&format!("  {}", started.url))?;
        let look = self.shop.look();
        let until = started.expires_at.format_in(look.zone);
        self.line(&format!(
            "  as {} until {until}",
            safe(&started.customer.name)
        ))
    }

    fn table(&self, events: &[EventView]) -> Result<()> {
        if self.shop.out.format.is_json() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        let mut table = list::List::new(&mut stdout, NARROW, Format::Table, self.shop.look());
        for event in events {
            table.push(event).map_err(write_failed)?;
        }
        table.finish().map_err(write_failed)?;
        Ok(())
    }

    fn step(&mut self, who: &'static str, command: &str, refused: Option<&Fault>) -> Result<()> {
        let (dim, bold, red, reset) = self.styles();
        self.line(&format!("{dim}{who}${reset} {bold}{command}{reset}"))?;
        let refused = refused.map(|fault| explain(fault, Reader::nobody));
        if let Some(refused) = &refused {
            let code = &refused.code;
            self.line(&format!(
                "  {red}refused:{reset} {} [{code}]",
                safe(&refused.message)
            ))?;
            if let Some(hint) = &refused.hint {
                self.line(&format!("  {dim}hint: {}{reset}", safe(hint)))?;
            }
        }
        self.steps.push(Step {
            who,
            command: command.to_owned(),
            refused,
        });
        Ok(())
    }

    fn heading(&self, text: &str) -> Result<()> {
        let (_, bold, _, reset) = self.styles();
        self.line("")?;
        self.line(&format!("{bold}── {text}{reset}"))
    }

    fn styles(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        if self.shop.out.color {
            ("\u{1b}[2m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[0m")
        } else {
            ("", "", "", "")
        }
    }

    /// Tells people; programs get the whole at the end.
    fn line(&self, text: &str) -> Result<()> {
        if self.shop.out.format.is_json() {
            Ok(())
        } else {
            Out::line(text)
        }
    }
}

fn login(ticket: &str) -> Result<Login> {
    let wish = Wish {
        whom: Whom::Document {
            kind: DocumentKind::Order,
            number: ORDER.parse()?,
        },
        website: None,
        store_view: None,
        reason: None,
        ticket: Some(ticket.parse().map_err(Fault::internal)?),
        replace: true,
        override_consent: false,
    };
    Ok(Login { wish, ttl: None })
}

struct Unwatched;

impl Watch for Unwatched {
    fn read(&self, _bytes: u64) {}
    fn done(&self, _items: u64, _total: u64) {}
}
