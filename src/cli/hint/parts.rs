//! Hints that need more than one expression.

use std::path::Path;

use nix::unistd::{AccessFlags, access};

use super::Requirement::AllOf;
use super::{Hint, Requirement};
use lac_model::document::DocumentKind;
use lac_model::resource::Resource;
use lac_model::text::shell_word;

/// What somebody needs who must hold one resource.
pub(super) fn require(resource: Resource) -> Requirement {
    AllOf(vec![resource])
}

/// How to get a customer's consent: ask them on the storefront, or grant it if
/// they agreed in another way.
pub(super) fn consent_hint(customer: &str) -> Hint {
    let (ask, grant) = (Resource::LOGIN_BUTTON, Resource::ALLOW_SHOPPING_ASSISTANCE);
    let customer = shell_word(customer);
    let ask_command = format!("lac consent ask {customer}");
    let grant_command = format!("lac consent grant {customer}");
    Hint::command(AllOf(vec![ask, grant]), ask_command.clone())
        .suffix(format!(
            " asks the customer on the storefront; if they agreed in another way: {grant_command}"
        ))
        .or(Hint::command(require(ask), ask_command).suffix(" asks the customer on the storefront"))
        .or(Hint::command(require(grant), grant_command)
            .prefix("ask the customer; if they agree: "))
}

/// How to find the customer of a document number.
pub(super) fn document_number_hint(documents: &[String]) -> Hint {
    let parts = documents.iter().filter_map(|reference| {
        let (kind, number) = reference.split_once(':')?;
        let flag = kind.replace('_', "-");
        let kind = DocumentKind::from_stored(kind)?;
        Some((kind, format!("--{flag} {}", shell_word(number))))
    });
    let parts: Vec<_> = parts.collect();
    let Some((kind, first)) = parts.first() else {
        return Hint::advice(
            "give the customer's id or e-mail address, or a document with --order N and the like",
        );
    };
    let others = parts[1..].iter().map(|(_, flag)| format!(", or {flag}"));
    let others: String = others.collect();
    let login = AllOf(vec![Resource::LOGIN_BUTTON, kind.resource()]);
    Hint::command(login, format!("lac login {first}"))
        .prefix("start from the document: ")
        .suffix(others.clone())
        .or(Hint::command(
            require(kind.resource()),
            format!("lac document show {first}"),
        )
        .suffix(format!("{others} shows its customer")))
        .fallback("give the customer's id or e-mail address")
}

/// Whether this account can create a directory at this path.
pub(super) fn can_create_store(path: &Path) -> bool {
    let nearest = path.ancestors().find(|place| {
        // An empty path is the current directory.
        place.as_os_str().is_empty() || std::fs::symlink_metadata(place).is_ok()
    });
    let nearest = nearest.filter(|place| !place.as_os_str().is_empty());
    let nearest = nearest.unwrap_or(Path::new("."));
    nearest.is_dir() && access(nearest, AccessFlags::W_OK | AccessFlags::X_OK).is_ok()
}
