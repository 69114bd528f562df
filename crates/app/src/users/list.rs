//! Admin users shown.

use serde::{Deserialize, Serialize};

use super::UserView;
use crate::page::{Page, Part};
use crate::{Desk, find, look};
use lac_model::audit::Action;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Asks for the admin users, ordered by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    pub part: Part,
}

impl List {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Page<UserView>> {
        let needs = [Resource::ACL_USERS];
        look(desk, Action::AdminUserRead, &needs, |view| {
            Page::cut(
                view.read.admin_users()?,
                &self.part,
                |user| &user.name,
                |user| UserView::of(view, user),
            )
        })
    }
}

/// Asks for one admin user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Show {
    pub name: ShortText,
}

impl Show {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`.
    pub fn run(self, desk: &Desk<'_>) -> Result<UserView> {
        let needs = [Resource::ACL_USERS];
        look(desk, Action::AdminUserRead, &needs, |view| {
            UserView::of(view, find::admin_user(view, &self.name)?)
        })
    }
}
