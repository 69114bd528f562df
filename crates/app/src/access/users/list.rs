//! Shows admin users.

use serde::{Deserialize, Serialize};

use super::UserView;
use crate::core::find;
use crate::core::page::{Page, PageRequest};
use crate::{Context, read};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Lists the admin users by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UserList {
    pub part: PageRequest,
}

impl UserList {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<Page<UserView>> {
        let needs = [Resource::ACL_USERS];
        read(context, Action::AdminUserRead, &needs, |view| {
            Page::from_sorted(
                view.read.admin_users()?,
                &self.part,
                |user| &user.name,
                |user| UserView::from_user(view, user),
            )
        })
    }
}

/// Shows one admin user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserShow {
    pub name: ShortText,
}

impl UserShow {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<UserView> {
        let needs = [Resource::ACL_USERS];
        read(context, Action::AdminUserRead, &needs, |view| {
            UserView::from_user(view, find::admin_user(view, &self.name)?)
        })
    }
}
