//! What the numbers were measured on: without it they mean nothing.

use serde::Serialize;

/// The machine, and how busy it was.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// Model of the processor.
    pub(crate) processor: String,
    /// Logical processors.
    pub(crate) processors: usize,
    /// Memory in bytes.
    pub(crate) memory_bytes: u64,
    /// Kernel.
    pub(crate) kernel: String,
    /// Processes that wanted a processor, on average over the last minute, when the measurement began.
    pub(crate) load_before: f64,
}

impl Machine {
    /// This machine now.
    pub(crate) fn now() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| -> String {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let kib: u64 = memory.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0);
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name"),
            processors: std::thread::available_parallelism().map_or(0, usize::from),
            memory_bytes: kib * 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load_before: load(),
        }
    }

    /// One line.
    pub(crate) fn describe(&self) -> String {
        format!(
            "{} × {}, {} MB memory, Linux {}, load {:.1} before",
            self.processors,
            self.processor,
            self.memory_bytes / 1_000_000,
            self.kernel,
            self.load_before
        )
    }
}

/// Processes that wanted a processor, on average over the last minute.
pub(crate) fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0.0)
}
