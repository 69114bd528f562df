//! Admin users shown.

use serde::{Deserialize, Serialize};

use super::UserView;
use crate::app::page::{Page, Part};
use crate::app::{Desk, find, look};
use crate::domain::audit::Action;
use crate::domain::form::ShortText;
use crate::domain::resource::Resource;
use crate::store::Result;

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
