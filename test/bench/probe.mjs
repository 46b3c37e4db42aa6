// Loaded into each measured server: reports what it has used so far.
process.on('message', () => process.send({ microseconds: sum(process.cpuUsage()), bytes: process.memoryUsage.rss() }));
process.on('disconnect', () => process.exit()); // the benchmark has ended
process.channel.unref(); // as if it did not exist

const sum = ({ user, system }) => user + system;
