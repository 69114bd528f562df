//! Sessions: listing them, ending them, and what ends them.

mod endings;
mod lists;
mod storefront;
mod sweep;
