//! Visits to shoppers' accounts, by agents and a storefront.

use super::{Store, text};

/// A shop with its staff.
pub struct Support {
    pub store: Store,
    pub storefront: String,
}

impl Support {
    /// The shop of [`Store::with_shop`] and a storefront for both websites.
    #[track_caller]
    pub fn new() -> Self {
        Self::with(Store::with_shop())
    }

    /// The same in a store that is founded and empty.
    #[track_caller]
    pub fn in_store(store: Store) -> Self {
        store.fill();
        Self::with(store)
    }

    fn with(store: Store) -> Self {
        let added = store.json(&["storefront", "add", "shop", "--website", "base", "eu"]);
        let storefront = text(&added["token"]).to_owned();
        Self { store, storefront }
    }

    /// Makes a login link; its token.
    #[track_caller]
    pub fn link(&self, agent: &str, args: &[&str]) -> String {
        let mut all = vec!["login"];
        all.extend(args);
        all.extend(["-o", "json"]);
        let ran = self.store.run_as(agent, &all).succeeded();
        let login: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let url = text(&login["url"]);
        url.split("secret=").nth(1).expect("a token").to_owned()
    }

    /// Opens a link; the session's id.
    #[track_caller]
    pub fn open(&self, token: &str, audience: &str) -> String {
        let args = ["redeem", token, "--audience", audience, "-o", "json"];
        let ran = self.store.run_as(&self.storefront, &args).succeeded();
        let session: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        text(&session["session_id"]).to_owned()
    }

    /// A whole visit; `times` are those of link, opening and end.
    #[track_caller]
    pub fn visit(
        &self,
        agent: &str,
        args: &[&str],
        base: &str,
        times: [&'static str; 3],
    ) -> String {
        self.store.clock.set(times[0]);
        let token = self.link(agent, args);
        self.store.clock.set(times[1]);
        let session = self.open(&token, base);
        self.store.clock.set(times[2]);
        self.store
            .run_as(agent, &["session", "end", &session])
            .succeeded();
        session
    }
}
