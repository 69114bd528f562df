//! Sessions in shoppers' accounts, with agents and a storefront.

use super::{TestStore, json_str};

/// A store with a storefront account.
pub(crate) struct StorefrontFixture {
    pub store: TestStore,
    pub storefront: String,
}

impl StorefrontFixture {
    /// The store of [`TestStore::with_sample_data`] and a storefront for both
    /// websites.
    #[track_caller]
    pub(crate) fn new() -> Self {
        Self::add_storefront(TestStore::with_sample_data())
    }

    /// The same in a founded, empty store.
    #[track_caller]
    pub(crate) fn with_store(store: TestStore) -> Self {
        store.load_sample_data();
        Self::add_storefront(store)
    }

    fn add_storefront(store: TestStore) -> Self {
        let added = store.run_json(&["storefront", "add", "shop", "--website", "base", "eu"]);
        let storefront = json_str(&added["token"]).to_owned();
        Self { store, storefront }
    }

    /// Creates a login link; returns its token.
    #[track_caller]
    pub(crate) fn issue_link(&self, agent: &str, args: &[&str]) -> String {
        let mut all = vec!["login"];
        all.extend(args);
        all.extend(["-o", "json"]);
        let ran = self.store.run_as(agent, &all).assert_succeeded();
        let login: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let url = json_str(&login["url"]);
        url.split("secret=").nth(1).expect("a token").to_owned()
    }

    /// Redeems a link; returns the session's id.
    #[track_caller]
    pub(crate) fn redeem(&self, token: &str, audience: &str) -> String {
        let args = ["redeem", token, "--audience", audience, "-o", "json"];
        let ran = self
            .store
            .run_as(&self.storefront, &args)
            .assert_succeeded();
        let session: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        json_str(&session["session_id"]).to_owned()
    }

    /// A whole session; `times` are those of login, redemption and end.
    #[track_caller]
    pub(crate) fn run_session(
        &self,
        agent: &str,
        args: &[&str],
        base: &str,
        times: [&'static str; 3],
    ) -> String {
        self.store.clock.set(times[0]);
        let token = self.issue_link(agent, args);
        self.store.clock.set(times[1]);
        let session = self.redeem(&token, base);
        self.store.clock.set(times[2]);
        self.store
            .run_as(agent, &["session", "end", &session])
            .assert_succeeded();
        session
    }
}
