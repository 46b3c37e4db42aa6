import { runGroup } from './group.js';

await runGroup(3, 4);
