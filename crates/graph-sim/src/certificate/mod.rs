//! Certificates for tests, made when they are needed. Their keys are the two files beside this one, known to everybody
//! and good for nothing else: making an RSA key takes seconds, and ring makes none.

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, date_time_ymd};

/// One of the two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestKey {
    /// The usual one.
    One,
    /// For what does not fit the first.
    Two,
}

impl TestKey {
    /// The private key as PEM (PKCS #8, not encrypted).
    pub fn pem(self) -> &'static str {
        match self {
            Self::One => include_str!("one.pem"),
            Self::Two => include_str!("two.pem"),
        }
    }

    /// A certificate of this key, as PEM, that ends at the beginning of the day (UTC) of that moment, given in
    /// milliseconds since the Unix epoch.
    ///
    /// # Panics
    /// When the moment is no date.
    pub fn certificate_until(self, expires_ms: i64) -> String {
        let moment = jiff::Timestamp::from_millisecond(expires_ms).expect("the moment is a date");
        let date = moment.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let key = KeyPair::from_pem_and_sign_algo(self.pem(), &PKCS_RSA_SHA256).expect("the key is an RSA key");
        let mut params = CertificateParams::new(Vec::new()).expect("no name is a wrong name");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs());
        params.self_signed(&key).expect("the key signs").pem()
    }

    /// A certificate of this key that does not end soon, as PEM.
    pub fn certificate(self) -> String {
        // The year 2100.
        self.certificate_until(4_102_444_800_000)
    }
}
