//! Sessions: listing them, ending them, and what ends them.

mod endings;
mod group;
mod lists;
mod retries;
mod storefront;
mod sweep;
