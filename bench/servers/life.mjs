// Every server of the benchmark ends with the runner, even when the runner is killed.
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
