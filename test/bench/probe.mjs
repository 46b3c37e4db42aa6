// Loaded into each server that is measured: answers what it has used so far.
process.on('message', () => process.send({ microseconds: sum(process.cpuUsage()), bytes: process.memoryUsage.rss() }));
process.on('disconnect', () => process.exit()); // the benchmark has ended
process.channel.unref(); // as if it were not there

const sum = ({ user, system }) => user + system;
