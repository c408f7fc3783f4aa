//! Ctrl-C and SIGTERM ask for a clean stop; a second one ends at once.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first signal cancels. The signals are listened to before this returns: a process that says that it
/// is ready can be stopped.
pub(crate) fn on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    if let (Ok(mut interrupt), Ok(mut terminate)) = signals {
        tokio::spawn(async move {
            either(&mut interrupt, &mut terminate).await;
            token.cancel();
            either(&mut interrupt, &mut terminate).await;
            // 128 + SIGINT, what a shell expects of an interrupted program.
            std::process::exit(130);
        });
    }
    stop
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
