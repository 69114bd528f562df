//! Initializes a store: keys, the role `Administrators` and the first admin
//! user.

use serde::{Deserialize, Serialize};

use crate::Context;
use lac_ledger::appender::Appender;
use lac_ledger::signing::keys::{KeyPurpose, PrivateKey, write_private_key};
use lac_model::access::{Access, AdminUser, Rights, Role, RoleScope};
use lac_model::audit::{Action, Event};
use lac_model::config;
use lac_model::environment::random_bytes;
use lac_model::fault::Fault;
use lac_model::resource::ResourceSet;
use lac_model::scope::ScopeLevel;
use lac_model::time::Timestamp;
use lac_store::AppendProof;
use lac_store::{ConfigRow, KeyRow, Permit, Result, WriteTx};

/// The role with access to everything.
pub const ADMINISTRATORS_ROLE: &str = "Administrators";

/// Initializes the empty database of the context's store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InitStore {
    pub admin: String,
    pub full_name: Option<String>,
    /// The operating-system account of the first admin user.
    pub os_account: String,
    /// The store's name; generated if absent.
    pub name: Option<String>,
}

/// The new store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoreInitialized {
    pub name: String,
    pub admin: String,
    pub role: String,
    pub os_account: String,
    pub login_key: String,
    pub audit_key: String,
}

impl InitStore {
    /// Checks the names before anything is written to disk.
    pub fn check(&self) -> Result<()> {
        crate::core::names::check_name("admin user", &self.admin)?;
        super::users::parse_os_account(&self.os_account)?;
        self.name
            .as_deref()
            .map_or(Ok(()), |name| normalize_store_name(name).map(|_| ()))
    }

    /// Initializes the store.
    ///
    /// # Errors
    /// `already_exists`; `invalid_value` for a name that is not allowed; `io`
    /// if a key cannot be written.
    pub fn run(self, context: &Context<'_>) -> Result<StoreInitialized> {
        let name = self.store_name_or_generated(context)?;
        let admin = crate::core::names::check_name("admin user", &self.admin)?;
        let keys = [KeyPurpose::Login, KeyPurpose::Audit]
            .map(|purpose| (purpose, PrivateKey::from_seed(random_bytes(context.random))));
        for (purpose, key) in &keys {
            write_private_key(&context.keys.path(*purpose), key)?;
        }
        let tx = context.store.write()?;
        let proof = self.write_store(context, &*tx, &name, &keys)?;
        crate::core::record::commit(context, tx, proof)?;
        Ok(StoreInitialized {
            name,
            admin,
            role: ADMINISTRATORS_ROLE.to_owned(),
            os_account: self.os_account,
            login_key: keys[0].1.public().thumbprint(),
            audit_key: keys[1].1.public().thumbprint(),
        })
    }

    fn store_name_or_generated(&self, context: &Context<'_>) -> Result<String> {
        let name = self.name.clone().unwrap_or_else(|| {
            let [a, b, c, d] = random_bytes(context.random);
            format!("lac-{a:02x}{b:02x}{c:02x}{d:02x}")
        });
        normalize_store_name(&name)
    }

    fn write_store(
        &self,
        context: &Context<'_>,
        tx: &dyn WriteTx,
        name: &str,
        keys: &[(KeyPurpose, PrivateKey); 2],
    ) -> Result<AppendProof> {
        let now = context.clock.now();
        let permit = Permit::founding(tx.as_read())?;
        tx.config_put(
            &permit.narrow(),
            &ConfigRow {
                path: config::STORE_NAME.to_owned(),
                level: ScopeLevel::Default,
                scope_id: 0,
                value: name.to_owned(),
            },
        )?;
        let rights = Rights {
            access: Access::All,
            resources: ResourceSet::new(),
            scope: RoleScope::All,
        };
        let role = Role {
            id: 0,
            name: ADMINISTRATORS_ROLE.to_owned(),
            rights,
        };
        let role_id = tx.role_put(&permit.narrow(), &role)?;
        let admin_id = tx.admin_user_put(&permit.narrow(), &self.first_admin_user(role_id, now))?;
        let signed = |action| {
            let mut event = Event::new(action);
            event.admin = Some(self.admin.clone());
            event.admin_id = Some(admin_id);
            event.role = Some(ADMINISTRATORS_ROLE.to_owned());
            event.os_account.clone_from(&context.caller.os_account);
            event.login_uid = context.caller.login_uid;
            event
        };
        let mut log = Appender::create(tx, context.random, name, now)?;
        for (purpose, key) in keys {
            let key = key.public();
            tx.signing_key_put(&permit.narrow(), &key_row(*purpose, &key, now))?;
            let mut event = signed(Action::KeyCreate);
            event.add_detail("purpose", purpose.as_str());
            event.add_detail("kid", key.thumbprint());
            let _ = log.append(&event)?;
        }
        let mut event = signed(Action::RoleCreate);
        event.add_detail("role", ADMINISTRATORS_ROLE);
        event.add_detail("access", "all");
        let _ = log.append(&event)?;
        let mut event = signed(Action::AdminUserCreate);
        event.add_detail("admin_user", self.admin.clone());
        event.add_detail("role", ADMINISTRATORS_ROLE);
        event.add_detail("store", name);
        let recorded = log.append(&event)?;
        log.finish(recorded, &keys[1].1)
    }

    fn first_admin_user(&self, role_id: i64, created_at: Timestamp) -> AdminUser {
        AdminUser {
            id: 0,
            name: self.admin.clone(),
            full_name: self.full_name.clone(),
            role_id,
            os_account: Some(self.os_account.clone()),
            enabled: true,
            created_at,
        }
    }
}

fn normalize_store_name(name: &str) -> Result<String> {
    let field = crate::config_field(config::STORE_NAME)?;
    field
        .kind
        .normalize(name)
        .map_err(|e| Fault::invalid("store name", e))
}

fn key_row(
    purpose: KeyPurpose,
    key: &lac_ledger::signing::keys::PublicKey,
    now: Timestamp,
) -> KeyRow {
    KeyRow {
        kid: key.thumbprint(),
        purpose: purpose.as_str().to_owned(),
        public_key: key.to_bytes(),
        state: "active".to_owned(),
        created_at: now,
        retired_at: None,
        since_size: None,
        signed_by: None,
        signature: None,
    }
}
