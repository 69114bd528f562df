//! Tests what a storefront needs, up to a token that opens nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{DoctorFinding, DoctorStatus};
use crate::access::storefronts::is_visible;
use crate::login::{LoginVerify, active_login_keys, verify_token};
use crate::{Context, ReadView, UnitOfWork, WriteOutcome, write};
use lac_ledger::signing::login_token;
use lac_model::access::{AccessToken, Storefront, StorefrontRight, TokenOwner};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{LongText, ShortText};
use lac_model::claims::{ActorClaim, LoginClaims};
use lac_model::config;
use lac_model::environment::random_bytes;
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::resource::Resource;
use lac_model::stores::StoreView;
use lac_model::text::shell_word;
use lac_store::{Act, Result};

/// For how long the probe is valid.
const PROBE_LIFETIME: Duration = Duration::from_secs(60);

/// How long before its end a token is worth a warning.
const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Tests a storefront: its account, token, websites and keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontTest {
    pub name: ShortText,
    /// Whether to answer with a probe, to be redeemed at a gateway.
    #[serde(default)]
    pub probe: bool,
}

/// What was found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StorefrontTested {
    pub name: String,
    pub findings: Vec<DoctorFinding>,
    #[serde(default)]
    pub probe: Option<Probe>,
}

/// A login token that belongs to no session and to no customer: whoever redeems
/// it learns that keys, store and account work, and opens nothing.
#[derive(Clone, Serialize, Deserialize)]
pub struct Probe {
    pub token: LongText,
    pub audience: String,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl Act for StorefrontTest {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONTS, Resource::LAC_STOREFRONT];
}

impl StorefrontTest {
    /// # Errors
    /// `resource_denied`, `storefront_not_found`: a storefront finds only
    /// itself.
    pub fn run(self, context: &Context<'_>) -> Result<StorefrontTested> {
        let fill = |event: &mut Event| event.add_detail("name", self.name.clone());
        write::<Self, _>(context, Action::StorefrontTest, fill, |work, _| {
            let storefront = find_storefront(work, &self.name)?;
            let mut findings = vec![check_account(work, &storefront)?];
            if storefront.revoked_at.is_none() {
                findings.extend(check_token(work, &storefront)?);
            }
            findings.push(check_feature(work)?);
            let (mut views, mut origins) = (check_store_views(work, &storefront)?, Vec::new());
            for (finding, origin) in &mut views {
                origins.extend(origin.take());
                findings.push(finding.clone());
            }
            let probe = origins.first().map(|origin| make_probe(work, origin));
            let probe = probe.transpose()?;
            if let Some(probe) = &probe {
                findings.push(check_probe(work, probe)?);
            }
            let problems = findings.iter().filter(|f| f.status != DoctorStatus::Ok);
            let problems: Vec<String> = problems.map(|f| f.check.clone()).collect();
            work.draft.add_detail("checks", findings.len());
            work.draft.add_detail("problems", problems);
            let recorded = work.record()?;
            let answer = StorefrontTested {
                name: storefront.name,
                findings,
                probe: probe.filter(|_| self.probe),
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}

/// The storefront. One that tests itself finds nobody else.
fn find_storefront(view: &ReadView<'_>, name: &str) -> Result<Storefront> {
    let own = view.actor.storefront_id();
    if own.is_none() {
        view.require(Resource::LAC_STOREFRONTS)?;
    }
    let mut all = view.read.storefronts()?.into_iter();
    let is_meant = |s: &Storefront| s.name == name && own.is_none_or(|id| id == s.id);
    let found = all.find(|s| is_meant(s) && is_visible(view, s));
    found.ok_or_else(|| Fault::StorefrontNotFound {
        storefront: name.to_owned(),
    })
}

fn check_account(view: &ReadView<'_>, storefront: &Storefront) -> Result<DoctorFinding> {
    if storefront.revoked_at.is_some() {
        let storefront = storefront.name.clone();
        let fault = Fault::StorefrontRevoked { storefront };
        return Ok(DoctorFinding::failed("account", fault));
    }
    let tree = view.store_tree()?;
    let seen = storefront.websites.iter();
    let seen = seen.filter(|id| view.actor.can_see_website(**id));
    let codes: Vec<&str> = seen
        .filter_map(|id| Some(tree.website(*id)?.code.as_str()))
        .collect();
    let rights: Vec<&str> = storefront
        .rights
        .iter()
        .map(StorefrontRight::as_str)
        .collect();
    let rights = if rights.is_empty() {
        "without --consent and --sync".to_owned()
    } else {
        format!("with --{}", rights.join(" --"))
    };
    let message = format!("redeems for {}, {rights}", codes.join(", "));
    Ok(DoctorFinding::ok("account", message))
}

/// The newest token, and when the storefront was last seen.
fn check_token(view: &ReadView<'_>, storefront: &Storefront) -> Result<Vec<DoctorFinding>> {
    let tokens = view
        .read
        .access_tokens(TokenOwner::Storefront(storefront.id))?;
    let name = shell_word(&storefront.name);
    let rotate = format!("lac storefront rotate {name}");
    let valid = tokens
        .iter()
        .rev()
        .find(|token| token.is_valid_at(view.now));
    let Some(token) = valid else {
        let fault = Fault::NotAuthenticated {
            reason: "no token of this storefront is valid any more".to_owned(),
            remedy: None,
        };
        let failed = DoctorFinding::failed("token", fault);
        return Ok(vec![DoctorFinding {
            hint: Some(rotate),
            ..failed
        }]);
    };
    let finding = match token.expires_at {
        Some(end) if end.duration_since(view.now) < SOON => {
            DoctorFinding::warning("token", format!("it expires at {end}"), rotate)
        }
        Some(end) => DoctorFinding::ok("token", format!("valid until {end}")),
        None => DoctorFinding::ok("token", "valid until the storefront is revoked"),
    };
    Ok(vec![finding, check_last_use(view, &tokens)])
}

fn check_last_use(view: &ReadView<'_>, tokens: &[AccessToken]) -> DoctorFinding {
    if view.actor.storefront_id().is_some() {
        return DoctorFinding::ok("seen", "now: you use its token");
    }
    let used = tokens.iter().max_by_key(|token| token.last_used_at);
    let seen = used.and_then(|token| Some((token.last_used_at?, &token.last_used_from)));
    match seen {
        None => DoctorFinding::warning(
            "seen",
            "no shop has used its token yet",
            "put the token into the shop, and start the gateway: lac serve --listen ADDR:PORT",
        ),
        Some((at, None)) => DoctorFinding::ok("seen", format!("{at}")),
        Some((at, Some(from))) => DoctorFinding::ok("seen", format!("{at}, from {from}")),
    }
}

fn check_feature(view: &ReadView<'_>) -> Result<DoctorFinding> {
    if view.config.is_yes(config::ENABLED)? {
        return Ok(DoctorFinding::ok("feature", "Login as Customer is on"));
    }
    Ok(DoctorFinding::failed("feature", Fault::FeatureDisabled))
}

/// A finding for each active store view of the storefront's websites, with the
/// origin that the shop must name when it redeems.
fn check_store_views(
    view: &ReadView<'_>,
    storefront: &Storefront,
) -> Result<Vec<(DoctorFinding, Option<String>)>> {
    let tree = view.store_tree()?;
    let mut findings = Vec::new();
    for id in &storefront.websites {
        let Some(website) = tree
            .website(*id)
            .filter(|w| view.actor.can_see_website(w.id))
        else {
            continue;
        };
        let before = findings.len();
        for store_view in tree.active_views(website.id) {
            let effective =
                view.config
                    .effective(config::BASE_URL, Some(website), Some(store_view))?;
            findings.push(describe_store_view(store_view, effective.value));
        }
        if findings.len() == before {
            let message = format!("website {} has no active store view", website.code);
            let hint = "lac stores add-view, or import store-views";
            findings.push((DoctorFinding::warning("store_view", message, hint), None));
        }
    }
    Ok(findings)
}

fn describe_store_view(
    store_view: &StoreView,
    base_url: Option<String>,
) -> (DoctorFinding, Option<String>) {
    let code = &store_view.code;
    let Some(base_url) = base_url else {
        let store_view = code.clone();
        let failed = DoctorFinding::failed("store_view", Fault::BaseUrlMissing { store_view });
        return (failed, None);
    };
    let origin = config::url_origin(&base_url);
    let message = format!("{code}: {base_url} (the shop redeems with the audience {origin})");
    (DoctorFinding::ok("store_view", message), Some(origin))
}

/// Signs a token for a session that does not exist, of a customer who cannot
/// exist.
fn make_probe(work: &UnitOfWork<'_>, origin: &str) -> Result<Probe> {
    let now = work.now;
    let claims = LoginClaims {
        iss: work.config.store_name()?,
        aud: origin.to_owned(),
        sub: "0".to_owned(),
        act: ActorClaim {
            sub: "lac storefront test".to_owned(),
        },
        jti: SessionId::from_bits(random_bytes(work.random)).to_string(),
        iat: now.seconds(),
        exp: now.saturating_add(PROBE_LIFETIME).seconds(),
        website: String::new(),
        store_view: String::new(),
        disable_page_cache: true,
        read_only: true,
    };
    let token = login_token::sign(&claims, &*work.login_key()?)?;
    Ok(Probe {
        token: token.try_into()?,
        audience: origin.to_owned(),
    })
}

/// Reads the probe as a redemption does.
fn check_probe(work: &UnitOfWork<'_>, probe: &Probe) -> Result<DoctorFinding> {
    let keys = active_login_keys(&work.signing_keys().rows, work.now)?;
    let request = LoginVerify {
        token: probe.token.clone(),
        audience: Some(probe.audience.clone().try_into()?),
    };
    let issuer = work.config.store_name()?;
    let verified = verify_token(&request, &keys, Some(&issuer), work.now);
    Ok(match verified.fault {
        None => DoctorFinding::ok(
            "keys",
            format!(
                "a probe of the login key verifies ({} public keys)",
                keys.len()
            ),
        ),
        Some(fault) => DoctorFinding::failed("keys", fault),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_does_not_show_its_token() {
        let probe = Probe {
            token: "secret".to_owned().try_into().unwrap(),
            audience: "https://shop.example".to_owned(),
        };
        assert!(!format!("{probe:?}").contains("secret"));
    }
}
