//! What the simulation needs of SQLite's C interface, because sqlx has no door to it.

use std::ffi::{CStr, c_int, c_void};
use std::sync::Arc;

use libsqlite3_sys as ffi;
use model::ambient::{Clock as _, ManualClock};

/// Puts the schedule's clock in the place of SQLite's `unixepoch`, which every statement and trigger of ours reads, so
/// that the statements are the very ones of production.
#[expect(unsafe_code, reason = "sqlx has no door to SQLite's functions of one's own")]
pub(crate) fn install_clock(connection: *mut ffi::sqlite3, clock: Arc<ManualClock>) {
    unsafe extern "C" fn now(context: *mut ffi::sqlite3_context, _: c_int, _: *mut *mut ffi::sqlite3_value) {
        // SAFETY: SQLite gives back the pointer it was given below, which lives until `forget` is called with it.
        let clock = unsafe { &*ffi::sqlite3_user_data(context).cast::<ManualClock>() };
        // Schedules move the clock by whole eighths of a second, which a float holds exactly.
        #[expect(clippy::cast_precision_loss, reason = "53 bits are enough for milliseconds")]
        let seconds = clock.now_ms() as f64 / 1_000.0;
        // SAFETY: the context is the one of this call.
        unsafe { ffi::sqlite3_result_double(context, seconds) };
    }
    unsafe extern "C" fn forget(clock: *mut c_void) {
        // SAFETY: it was made by `Arc::into_raw` below, and SQLite calls this once.
        drop(unsafe { Arc::from_raw(clock.cast::<ManualClock>().cast_const()) });
    }
    let clock = Arc::into_raw(clock).cast_mut().cast::<c_void>();
    // SAFETY: the handle is open and locked by the caller, the name ends with NUL, and both functions keep to C's rules.
    let done = unsafe {
        ffi::sqlite3_create_function_v2(
            connection,
            c"unixepoch".as_ptr(),
            1,
            ffi::SQLITE_UTF8,
            clock,
            Some(now),
            None,
            None,
            Some(forget),
        )
    };
    assert_eq!(done, ffi::SQLITE_OK, "SQLite takes a function of ours");
}

/// The text of statements of this connection that were compiled again: SQLite does so for a new value of an argument that
/// it asked for while compiling, which costs far more than running most of them.
#[expect(unsafe_code, reason = "sqlx has no door to SQLite's counters")]
pub(crate) fn compiled_again(connection: *mut ffi::sqlite3) -> Vec<String> {
    let (mut found, mut statement) = (Vec::new(), std::ptr::null_mut());
    loop {
        // SAFETY: the caller holds the connection's lock, so none of its statements ends meanwhile.
        statement = unsafe { ffi::sqlite3_next_stmt(connection, statement) };
        if statement.is_null() {
            return found;
        }
        // SAFETY: as above.
        if unsafe { ffi::sqlite3_stmt_status(statement, ffi::SQLITE_STMTSTATUS_REPREPARE, 0) } > 0 {
            // SAFETY: as above; the text belongs to the statement and is copied here.
            let text = unsafe { CStr::from_ptr(ffi::sqlite3_sql(statement)) };
            found.push(text.to_string_lossy().into_owned());
        }
    }
}
