//! What a person's sign-in leaves behind: codes that are redeemed once, and refresh tokens.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use crate::random::Random;

/// Codes live so long, in seconds of the tenant's clock.
const CODE_SECONDS: i64 = 600;
/// Refresh tokens live 90 days.
const REFRESH_SECONDS: i64 = 90 * 24 * 60 * 60;

/// What an administrator agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// The tenant's position.
    pub(crate) tenant: usize,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
}

impl Signed {
    /// Whether a scope was asked for.
    pub(crate) fn asks(&self, name: &str) -> bool {
        self.scope.split(' ').any(|scope| scope == name)
    }
}

/// What a code is bound to.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
}

/// How the client proves later that it is the one that asked (RFC 7636).
#[derive(Debug, Clone)]
pub(crate) enum Challenge {
    S256(String),
    Plain(String),
}

impl Challenge {
    fn fits(&self, verifier: &str) -> bool {
        match self {
            Self::S256(hash) => *hash == URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())),
            Self::Plain(text) => text == verifier,
        }
    }
}

/// A code as a client brings it back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Redeemed<'a> {
    pub(crate) code: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) verifier: Option<&'a str>,
}

#[derive(Debug)]
struct Code {
    signed: Signed,
    bound: Bound,
    ends: i64,
    used: bool,
}

#[derive(Debug)]
struct Refresh {
    signed: Signed,
    ends: i64,
}

/// All of them. A number makes their texts, so that a run gives the same ones always.
#[derive(Debug, Default)]
pub(crate) struct Grants(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    made: u64,
    codes: HashMap<String, Code>,
    refresh: HashMap<String, Refresh>,
}

impl Inner {
    fn text(&mut self, prefix: &str) -> String {
        self.made += 1;
        let mut random = Random::new(self.made);
        format!("{prefix}{}{}", random.guid(), random.guid()).replace('-', "")
    }
}

impl Grants {
    /// A code. `now` is the tenant's clock, in seconds.
    pub(crate) fn code(&self, signed: Signed, bound: Bound, now: i64) -> String {
        let mut inner = self.lock();
        let text = inner.text("0.A");
        inner.codes.insert(text.clone(), Code { signed, bound, ends: now + CODE_SECONDS, used: false });
        text
    }

    /// What a code stands for, once; or the AADSTS error that it meets.
    pub(crate) fn redeem(&self, asked: Redeemed<'_>, tenant: usize, now: i64) -> Result<Signed, u32> {
        let mut inner = self.lock();
        let code = inner.codes.get_mut(asked.code).ok_or(70_000_u32)?;
        if code.signed.tenant != tenant {
            return Err(700_005);
        }
        if code.used {
            return Err(54_005);
        }
        if now >= code.ends {
            return Err(70_008);
        }
        if code.bound.redirect_uri != asked.redirect_uri {
            return Err(500_112);
        }
        let proven = match (&code.bound.challenge, asked.verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => challenge.fits(verifier),
            _ => false,
        };
        if !proven {
            return Err(501_481);
        }
        code.used = true;
        Ok(code.signed.clone())
    }

    /// A refresh token for the same.
    pub(crate) fn refresh_token(&self, signed: Signed, now: i64) -> String {
        let mut inner = self.lock();
        let text = inner.text("1.A");
        inner.refresh.insert(text.clone(), Refresh { signed, ends: now + REFRESH_SECONDS });
        text
    }

    /// What a refresh token stands for. It can be used again, as in the service.
    pub(crate) fn refreshed(&self, text: &str, tenant: usize, now: i64) -> Result<Signed, u32> {
        let inner = self.lock();
        let refresh = inner.refresh.get(text).ok_or(70_000_u32)?;
        match refresh {
            refresh if refresh.signed.tenant != tenant => Err(700_005),
            refresh if now >= refresh.ends => Err(70_008),
            refresh => Ok(refresh.signed.clone()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
