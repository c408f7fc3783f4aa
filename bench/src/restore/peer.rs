//! The peer: IntuneCD's own backup of the same objects, brought into an empty tenant by `IntuneCD-startupdate`.

use std::collections::HashSet;
use std::path::Path;

use super::Arguments;
use super::result::Measured;
use super::world::World;
use crate::Failure;
use crate::sync::intunecd::{IntuneCd, complaints, id_in_name};

/// Backs the objects up, which is not measured, and restores them.
pub(super) async fn measure(peer: &IntuneCd, world: &World, arguments: &Arguments) -> Result<Measured, Failure> {
    let simulator = &world.site.simulator;
    let folder = tempfile::tempdir_in(crate::report::folder()?)?;
    simulator.turn(0, false).await?;
    peer.back_up(simulator, &simulator.token(world.source()).await?, folder.path()).await?;
    keep(folder.path(), &world.wanted_ids())?;
    let token = simulator.token(world.theirs()).await?;
    simulator.turn(arguments.latency, true).await?;
    simulator.count_anew().await?;
    let before = simulator.effects(world.theirs()).await?;
    let taken = peer.update(simulator, &token, folder.path()).await?;
    let stats = simulator.stats().await?;
    Ok(Measured {
        preparation_seconds: 0.0,
        seconds: taken.seconds,
        writes: simulator.effects(world.theirs()).await? - before,
        requests: stats.logical_requests,
        refused: stats.throttled,
        wrong: world.wrong(world.theirs()).await?,
        complaints: complaints(&taken),
        peak_bytes: taken.peak_bytes,
    })
}

/// Removes the files of all other objects, and the folders of which nothing is left: what a folder stands for is read from
/// the tenant even when it is empty. Contents of scripts and profiles stay, since only what a file says brings them in.
fn keep(folder: &Path, wanted: &HashSet<&str>) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !prune(&path, wanted)? {
            std::fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

/// Whether an object is left.
fn prune(folder: &Path, wanted: &HashSet<&str>) -> Result<bool, Failure> {
    let mut left = false;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            left |= prune(&path, wanted)?;
        } else if path.extension().is_some_and(|ending| ending == "json") {
            let is_wanted = id_in_name(&path).is_some_and(|id| wanted.contains(id.as_str()));
            if !is_wanted {
                std::fs::remove_file(&path)?;
            }
            left |= is_wanted;
        }
    }
    Ok(left)
}
