//! Pages and the tokens that lead to the next one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::errors::GraphError;
use crate::query::Options;

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// After the object with this position in its collection; deletions do not move it.
    After(u64),
    /// After so many results, for lists that are sorted or gathered.
    Offset(usize),
}

/// A token as long and as opaque as the ones Cosmos DB gives out.
fn token(kind: char, number: u64) -> String {
    let text = format!(
        "[{{\"compositeToken\":{{\"token\":\"+RID:~simulated#RT:1#{kind}:{number}#ISV:2#IEO:65567#QCF:8\"}},\"range\":{{\"min\":\"\",\"max\":\"FF\"}}}}]"
    );
    URL_SAFE_NO_PAD.encode(text)
}

pub(crate) fn offset_token(offset: usize) -> String {
    token('O', offset as u64)
}

impl Start {
    pub(crate) fn token(self) -> String {
        match self {
            Self::After(position) => token('A', position),
            Self::Offset(offset) => offset_token(offset),
        }
    }

    /// Where the request asks to start.
    pub(crate) fn of(options: &Options) -> Result<Option<Self>, GraphError> {
        let Some(token) = &options.skiptoken else {
            return Ok((options.skip > 0).then_some(Self::Offset(options.skip)));
        };
        let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let start = text.as_deref().and_then(read);
        start.map(Some).ok_or_else(|| GraphError::bad_request("Skip token is not valid."))
    }
}

fn read(text: &str) -> Option<Start> {
    let number = |kind: &str| {
        let (_, rest) = text.split_once(kind)?;
        rest.split('#').next()?.parse::<u64>().ok()
    };
    number("#A:").map(Start::After).or_else(|| Some(Start::Offset(usize::try_from(number("#O:")?).ok()?)))
}

/// The number of results on a page.
pub(crate) fn page_size(options: &Options, default: usize, max: usize) -> usize {
    options.top.unwrap_or(default).clamp(1, max)
}

/// The request's own address with another token.
pub(crate) fn next_link(base: &str, path: &str, query: &str, start: Start) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = crate::query::decode(pair.split('=').next().unwrap_or_default());
            let name = name.trim_start_matches(['?', '$']).to_lowercase();
            !name.is_empty() && name != "skiptoken" && name != "skip"
        })
        .map(|pair| pair.trim_start_matches('?'))
        .collect();
    let kept = kept.join("&");
    let separator = if kept.is_empty() { "" } else { "&" };
    let path = path.trim_end_matches('/');
    format!("{base}/{path}?{kept}{separator}$skiptoken={}", start.token())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_start() {
        for start in [Start::After(41), Start::Offset(1000)] {
            let options = Options::parse(&format!("$skiptoken={}", start.token())).unwrap();
            assert_eq!(Start::of(&options).unwrap(), Some(start));
        }
        let options = Options::parse("$skiptoken=nonsense").unwrap();
        assert_eq!(Start::of(&options).unwrap_err().status, 400);
    }

    #[test]
    fn a_next_link_keeps_the_other_options() {
        let link = next_link("http://h/beta", "a/b/", "?$top=5&$skiptoken=old&$expand=x(y%20z)", Start::After(5));
        assert!(link.starts_with("http://h/beta/a/b?$top=5&$expand=x(y%20z)&$skiptoken="), "{link}");
        assert!(!link.contains("old"));
    }
}
