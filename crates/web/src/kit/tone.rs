//! Tones: what a colour says. It never says it alone.

/// The meaning of a colour, as `data-tone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Ok,
    /// It is going on, or is worth knowing.
    Info,
    /// Look at it.
    Warn,
    /// It failed.
    Bad,
    /// It was refused; an outline in place of a fill.
    BadLine,
    /// A person must act elsewhere.
    Human,
    /// Nothing to see.
    Mute,
}

impl Tone {
    /// The value of `data-tone`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::BadLine => "bad-line",
            Self::Human => "human",
            Self::Mute => "mute",
        }
    }
}

impl maud::Render for Tone {
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(self.name());
    }
}
