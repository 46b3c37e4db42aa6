import { runGroup } from './group.js';

await runGroup(2, 3);
