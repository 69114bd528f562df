//! The tables, as Markdown.

use lac_model::audit::Action;
use lac_model::config;
use lac_model::resource::Resource;
use lac_render::ocsf::OcsfKind;
use login_as_customer::cli::error::exit_code;
use login_as_customer::cli::hint::hint;

use crate::faults;

fn table(titles: &[&str], rows: Vec<Vec<String>>) -> String {
    let line = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = line(titles.iter().map(|title| (*title).to_owned()).collect());
    text += &line(titles.iter().map(|_| "---".to_owned()).collect());
    text += &rows.into_iter().map(line).collect::<String>();
    text
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Every fault, by exit code.
pub(crate) fn codes() -> String {
    let number = faults::NUMBER.to_string();
    let mut faults = faults::all_faults();
    faults.sort_by_key(|fault| exit_code(fault.kind()));
    let row = |fault: &lac_model::fault::Fault| {
        vec![
            exit_code(fault.kind()).to_string(),
            code(fault.code()),
            fault.to_string().replace(&number, "N"),
            hint(fault)
                .and_then(|hint| hint.text_for_full_access())
                .unwrap_or_default()
                .replace(&number, "N"),
        ]
    };
    let rows = faults.iter().map(row).collect();
    table(&["exit", "code", "says", "hint"], rows)
}

/// Every action, by group.
pub(crate) fn actions() -> String {
    let row = |action: &Action| {
        let group = action.group();
        vec![
            code(group.as_str()),
            code(action.name()),
            code(action.full_name()),
            if group.is_always_logged() {
                "always"
            } else {
                "can be left out"
            }
            .to_owned(),
        ]
    };
    let rows = Action::ALL.iter().map(row).collect();
    table(
        &["action group", "action", "full action name", "logged"],
        rows,
    )
}

/// Every action with its OCSF mapping.
pub(crate) fn ocsf() -> String {
    let row = |action: &Action| {
        let kind = OcsfKind::from_action(*action);
        let activity = match kind.activity {
            99 => format!("Other (`{}`)", action.name()),
            _ => kind.activity_caption().to_owned(),
        };
        let about = match kind.entity {
            "" => "user",
            entity => entity,
        };
        vec![
            format!("{} {}", code(action.group().as_str()), code(action.name())),
            format!("{} [{}]", kind.class.caption(), kind.class.uid()),
            format!("{activity} [{}]", kind.activity),
            about.to_owned(),
        ]
    };
    let rows = Action::ALL.iter().map(row).collect();
    table(&["action", "class", "activity", "about"], rows)
}

/// Every config field.
pub(crate) fn fields() -> String {
    let row = |field: &config::ConfigField| {
        let scopes: Vec<&str> = field.scopes.iter().map(|scope| scope.as_str()).collect();
        let takes = if field.read_only {
            "cannot be set".to_owned()
        } else {
            field.kind.expected()
        };
        vec![
            code(field.path),
            scopes.join(", "),
            field.default.map_or("–".to_owned(), code),
            takes,
            field.description.to_owned(),
        ]
    };
    let rows = config::fields().iter().map(row).collect();
    table(&["path", "scopes", "default", "takes", "meaning"], rows)
}

/// The tree of resources.
pub(crate) fn resources() -> String {
    let row = |resource: Resource| {
        let place = "› ".repeat(resource.depth());
        vec![
            format!("{place}{}", code(resource.id())),
            resource.title().to_owned(),
            resource.description().to_owned(),
        ]
    };
    table(
        &["resource", "title", "allows"],
        Resource::all().map(row).collect(),
    )
}
