//! Typed, prefixed ids: the wrong kind does not compile, and a person sees what an id belongs to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Crockford's base 32, lower case: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 26;

/// What all ids share.
pub trait Id: Copy + Send + Sync + 'static {
    /// The prefix before the underscore, for example `run`.
    const PREFIX: &'static str;
    /// Wraps the database's form.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The database's form.
    fn uuid(self) -> Uuid;
}

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id of this kind starts with {expected}_ and has 26 letters after it")]
pub struct ParseIdError {
    /// The prefix that was wanted.
    pub expected: &'static str,
}

fn encode(uuid: Uuid) -> String {
    let mut value = uuid.as_u128();
    let mut text = [0_u8; TEXT_LENGTH];
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    text.iter().map(|&byte| char::from(byte)).collect()
}

fn decode(text: &str) -> Option<Uuid> {
    if text.len() != TEXT_LENGTH || text.as_bytes()[0] > b'7' {
        return None;
    }
    let mut value = 0_u128;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)?;
        value = (value << 5) | digit as u128;
    }
    Some(Uuid::from_u128(value))
}

fn parse<I: Id>(text: &str) -> Result<I, ParseIdError> {
    text.strip_prefix(I::PREFIX)
        .and_then(|rest| rest.strip_prefix('_'))
        .and_then(decode)
        .map(I::from_uuid)
        .ok_or(ParseIdError { expected: I::PREFIX })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            fn uuid(self) -> Uuid { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> { parse(text) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// One Microsoft directory, as TenantAtlas knows it (not the directory id).
    TenantId = "ten";
    /// A person who may sign in.
    UserId = "usr";
    /// One operation run.
    RunId = "run";
    /// One observed content of one object.
    VersionId = "ver";
    /// One backup set.
    BackupSetId = "bak";
    /// One notification card.
    NotificationId = "ntf";
    /// One audit entry.
    AuditId = "aud";
    /// One process start of a worker: never reused, so a restarted worker cannot be mistaken for its predecessor.
    WorkerId = "wrk";
    /// One pause of the queue.
    PauseId = "pau";
    /// One backup schedule.
    ScheduleId = "sch";
    /// One saved view of a list.
    ViewId = "vew";
    /// One restore, from the choice of its source on.
    RestoreId = "rst";
    /// What somebody has sent for an import.
    UploadId = "upl";
    /// A value that somebody has entered for a restore.
    SecretId = "sec";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_round_trip_through_its_text() {
        let id = RunId::from_uuid(Uuid::from_u128(u128::MAX - 7));
        assert_eq!(id.to_string().parse::<RunId>(), Ok(id));
        assert!(id.to_string().starts_with("run_"));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = RunId::from_uuid(Uuid::from_u128(7)).to_string();
        assert_eq!(id.parse::<TenantId>(), Err(ParseIdError { expected: "ten" }));
        assert!("run_".parse::<RunId>().is_err());
        assert!("run_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<RunId>().is_err(), "more than 128 bits");
    }
}
