import { runGroup } from './group.js';

await runGroup(0, 3);
