mod after;
mod documents;
mod laws;
mod single;
