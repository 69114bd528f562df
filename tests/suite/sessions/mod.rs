//! Sessions: seeing and ending them, who else is there, and what ends them.

mod endings;
mod lists;
mod sweep;
