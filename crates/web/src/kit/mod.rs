//! The kit: every page is made of these parts. Pure functions of plain view structs; no store, no clock, no request.

pub mod badge;
pub mod bare;
pub mod button;
pub mod code;
pub mod counts;
pub mod dialog;
pub mod difference;
pub mod duration;
pub mod facets;
pub mod facts;
pub mod filter;
pub mod form;
pub mod header;
pub mod icon;
pub mod json;
pub mod live;
pub mod menu;
pub mod nav;
pub mod notice;
pub mod number;
pub mod pager;
pub mod progress;
pub mod settings;
pub mod sheet;
pub mod shell;
pub mod steps;
pub mod table;
pub mod tabs;
pub mod time;
pub mod timeline;
pub mod toast;
pub mod tone;
pub mod topbar;
pub mod versions;

pub use sheet::sheet;
