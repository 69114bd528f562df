//! Parses and shows resources and websites by name.

use crate::ReadView;
use lac_model::access::RoleScope;
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::resource::{Resource, ResourceError};
use lac_store::Result;

/// The websites of a custom scope that the actor can see; `None` for scope
/// `all`.
pub(super) fn website_codes(view: &ReadView<'_>, scope: &RoleScope) -> Result<Option<Vec<String>>> {
    let Some(ids) = scope.websites() else {
        return Ok(None);
    };
    let tree = view.store_tree()?;
    let seen = ids.iter().filter(|id| view.actor.can_see_website(**id));
    Ok(Some(
        seen.filter_map(|id| Some(tree.website(*id)?.code.clone()))
            .collect(),
    ))
}

/// Parses resource names, optionally adding the resources below each. Fails
/// with `resource_not_found`, or `invalid_value` for an ambiguous name.
pub(super) fn parse_resources(texts: &[ShortText], with_children: bool) -> Result<Vec<Resource>> {
    let mut found = Vec::new();
    for text in texts {
        let resource = Resource::parse(text).map_err(resource_fault)?;
        if with_children {
            found.extend(resource.subtree());
        } else {
            found.push(resource);
        }
    }
    Ok(found)
}

pub(super) fn resource_fault(error: ResourceError) -> Fault {
    let text = error.to_string();
    match error {
        ResourceError::Unknown {
            nearest: Some(near),
            ..
        } => Fault::ResourceNotFound {
            reason: format!("{text}; did you mean {near}?"),
        },
        ResourceError::Unknown { nearest: None, .. } | ResourceError::Retired { .. } => {
            Fault::ResourceNotFound { reason: text }
        }
        ResourceError::Ambiguous { .. } => Fault::invalid("RESOURCE", text),
    }
}
