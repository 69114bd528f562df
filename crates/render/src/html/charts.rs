//! Charts as inline SVG. They stretch to the available width; text is placed
//! outside the SVG, so that it keeps its size.

use std::fmt::Write as _;

use super::{escape, group_digits};
use crate::page::{DaySeries, Heatmap};
use lac_model::time::WEEKDAYS;

/// The most columns of a chart over days.
const MAX_COLUMNS: usize = 92;

/// A bar whose length is `count` in proportion to `max`.
pub(super) fn bar(count: u64, max: u64) -> String {
    let share = scaled(count, max, 100);
    format!(
        "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\"><rect class=\"main\" \
         width=\"{share}\" height=\"10\"/></svg>"
    )
}

/// `count` in proportion to `max`, in units of which `max` has `whole`. At
/// least 1 if `count` is not 0.
fn scaled(count: u64, max: u64, whole: u64) -> u64 {
    let share = u128::from(count) * u128::from(whole) / u128::from(max.max(1));
    let share = u64::try_from(share).unwrap_or(whole);
    share.max(u64::from(count > 0))
}

/// One column for each day, week or month, with the second number stacked on
/// the first.
pub(super) fn day_chart(body: &mut String, days: &DaySeries) {
    let (span, groups) = days.group_into(MAX_COLUMNS);
    let caption = escape(&format!("{}, by {}", days.caption, span.name()));
    let Some((first, last)) = groups.first().zip(groups.last()) else {
        let _ = writeln!(body, "<p class=\"none\">{caption}: nothing to show</p>");
        return;
    };
    let [main, other] = days.names;
    let sum = |group: &crate::page::DayGroup| group.counts[0] + group.counts[1];
    let max = groups.iter().map(sum).max().unwrap_or(0);
    let described = format!(
        "{} columns from {} to {}; the highest stands for {max}.",
        groups.len(),
        first.label(span),
        last.label(span)
    );
    let _ = write!(
        body,
        "<figure>\n<figcaption>{caption}</figcaption>\n<p class=\"legend\"><span class=\"key main\">\
         </span>{} <span class=\"key other\"></span>{}</p>\n<div class=\"columns\">\n\
         <p class=\"scale\" aria-hidden=\"true\"><span>{}</span><span>0</span></p>\n\
         <svg role=\"img\" viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\">\n\
         <title>{caption}</title>\n<desc>{}</desc>\n",
        escape(main),
        escape(other),
        group_digits(max),
        groups.len() * 10,
        escape(&described)
    );
    for (at, group) in groups.iter().enumerate() {
        let heights = group.counts.map(|count| scaled(count, max, 100));
        let label = escape(&format!(
            "{}: {} {main}, {} {other}",
            group.label(span),
            group.counts[0],
            group.counts[1]
        ));
        let x = at * 10 + 1;
        let _ = write!(body, "<g><title>{label}</title>");
        let mut top = 100;
        for (height, class) in heights.into_iter().zip(["main", "other"]) {
            top -= height.min(top);
            if height > 0 {
                let _ = write!(
                    body,
                    "<rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"8\" height=\"{height}\"/>"
                );
            }
        }
        *body += "</g>\n";
    }
    let _ = write!(
        body,
        "</svg>\n<p class=\"ends\" aria-hidden=\"true\"><span>{}</span><span>{}</span></p>\n\
         </div>\n</figure>\n",
        escape(&first.label(span)),
        escape(&last.label(span))
    );
}

/// One row for each weekday, one cell for each hour; higher counts are darker.
pub(super) fn heatmap(body: &mut String, heat: &Heatmap) {
    let (caption, max) = (escape(&heat.caption), heat.max());
    let all: u64 = heat.hours.iter().flatten().sum();
    let _ = write!(
        body,
        "<figure>\n<figcaption>{caption}</figcaption>\n<div class=\"heat\">\n\
         <p class=\"weekdays\" aria-hidden=\"true\">"
    );
    for day in WEEKDAYS {
        let _ = write!(body, "<span>{day}</span>");
    }
    let _ = write!(
        body,
        "</p>\n<svg role=\"img\" viewBox=\"0 0 240 70\" preserveAspectRatio=\"none\">\n\
         <title>{caption}</title>\n<desc>{} in all, at most {} in one hour of the week.</desc>\n",
        group_digits(all),
        group_digits(max)
    );
    for (y, (day, hours)) in WEEKDAYS.iter().zip(&heat.hours).enumerate() {
        for (x, count) in hours.iter().enumerate() {
            let _ = write!(
                body,
                "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"9\" height=\"9\" fill-opacity=\"{}\">\
                 <title>{day} {x:02}:00: {count}</title></rect>",
                if *count == 0 { "cold" } else { "main" },
                x * 10,
                y * 10,
                opacity(*count, max)
            );
        }
        *body += "\n";
    }
    *body += "</svg>\n<p class=\"hours\" aria-hidden=\"true\">";
    for hour in (0..24).step_by(6) {
        let _ = write!(body, "<span>{hour:02}:00</span>");
    }
    *body += "</p>\n</div>\n</figure>\n";
}

/// From 0.15 for the lowest count to 1 for `max`. Cells with a count of 0 have
/// a colour of their own.
fn opacity(count: u64, max: u64) -> String {
    if count == 0 {
        return "1".to_owned();
    }
    let hundredths = 15 + scaled(count, max, 85);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonzero_share_is_visible() {
        assert_eq!([scaled(0, 9, 100), scaled(1, 1_000_000, 100)], [0, 1]);
        assert_eq!([scaled(9, 9, 100), scaled(0, 0, 100)], [100, 0]);
        assert_eq!(scaled(u64::MAX, u64::MAX, 100), 100);
        assert_eq!(opacity(9, 9), "1.00");
        assert_eq!(opacity(1, 100), "0.16");
    }
}
